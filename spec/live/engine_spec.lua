-- The embedded engine with the real containerd, in temporary directories only.

local engine = require "neap.engine"
local hash = require "neap.hash"
local shell = require "support.shell"

local HERE <const> = "package.path, package.cpath = %q, %q; "

local function sh(fmt, ...)
   local command = fmt:format(...)
   if not os.execute(command) then error("failed: " .. command, 2) end
end

local function read(command)
   local pipe = io.popen(command)
   local text = pipe:read "a"
   pipe:close()
   return (text:gsub("\n$", ""))
end

-- What the tests of this file do not run, so that no client is needed.
local function no_tasks() return {} end

local function write(file, text)
   local f = io.open(file, "w")
   f:write(text)
   f:close()
end

local function exists(file) return os.execute("test -e " .. file) == true end

describe("neap.engine", function()
   local base, options

   before_each(function()
      base = read "mktemp -d /tmp/neap-engine-spec.XXXXXX"
      options = { dir = base .. "/dir", run = base .. "/run", tasks = no_tasks }
   end)

   after_each(function()
      engine.stop(options)
      os.execute(("umount -q %s/mount 2>/dev/null; rm -rf %s"):format(base, base))
   end)

   local function start(changes)
      local all = {}
      for name, value in pairs(options) do all[name] = value end
      for name, value in pairs(changes or {}) do all[name] = value end
      return engine.start(all)
   end

   local function started()
      local status, err = start()
      if not status then error(err) end
      return status
   end

   -- In a process of its own, with neither PATH nor HOME; prints what code returns.
   local function elsewhere(code)
      local file = os.tmpname()
      write(file, (HERE .. "local engine = require 'neap.engine'; \z
         local o = { dir = %q, run = %q }; %s"):format(
            package.path, package.cpath, options.dir, options.run, code))
      return io.popen(("/usr/bin/env -u HOME %s %s; rm %s"):format(
         shell.lua:gsub("lua5%.4", "/usr/bin/env -u PATH /usr/bin/lua5.4"), file, file))
   end

   local START <const> = "local s, err = engine.start(o); \z
      print(s and s.pid or err, s and s.started)"

   it("starts, and answers containerd's own client", function()
      local status = started()
      assert.is_true(status.started)
      assert.equal("/usr/bin/containerd", status.exe)
      assert.matches("Server:\n", read("ctr -a " .. status.address .. " version"), 1, true)
      local running = engine.status(options)
      assert.is_true(running.running)
      assert.equal(status.pid, running.pid)
   end)

   it("has every service it needs", function()
      local status = started()
      local plugins = read("ctr -a " .. status.address .. " plugins ls")
      assert.matches("tasks%s+%S+%s+ok", plugins)
      assert.not_matches("io.containerd.grpc.v1.cri", plugins, 1, true)
      assert.not_matches("error", plugins)
   end)

   it("keeps its places private", function()
      local status = started()
      for place, mode in pairs {
         [status.dir] = "700",
         [status.dir .. "/config.toml"] = "600",
         [status.log] = "600",
         [options.run] = "700",
         [status.address:match "^(.*)/"] = "700",
      } do
         assert.equal(mode, read("stat -c %a " .. place), place)
      end
   end)

   it("lives in a session of its own that nobody of ours leads", function()
      local status = started()
      local ids = read(("ps -o ppid=,sid=,tty= -p %d"):format(status.pid))
      local parent, session, terminal = ids:match "(%d+)%s+(%d+)%s+(%S+)"
      assert.equal("1", parent)
      assert.not_equal(tostring(status.pid), session)
      assert.equal("?", terminal)
   end)

   it("adopts what runs", function()
      local first, second = started(), started()
      assert.is_false(second.started)
      assert.equal(first.pid, second.pid)
   end)

   it("outlives who started it, whose PATH and HOME it does not need", function()
      local pipe = elsewhere(START)
      local pid, was_started = pipe:read("a"):match "^(%d+)%s+(%a+)"
      pipe:close()
      assert.equal("true", was_started)
      assert.equal(tonumber(pid), started().pid)
   end)

   it("is one when two start it at once", function()
      local pipes = { elsewhere(START), elsewhere(START) }
      local pids, starts = {}, {}
      for i, pipe in ipairs(pipes) do
         local said = pipe:read "a"
         pipe:close()
         pids[i], starts[i] = said:match "^(%d+)%s+(%a+)"
         assert.is_string(pids[i], said)
      end
      assert.equal(pids[1], pids[2])
      assert.not_equal(starts[1], starts[2])
   end)

   it("is one when two fibers start it at once", function()
      local neap = require "neap"
      local both, err = neap.all { a = start, b = start }
      assert.is_nil(err)
      assert.equal(both.a.pid, both.b.pid)
      assert.not_equal(both.a.started, both.b.started)
   end)

   it("is started whole although the fiber that waits is cancelled", function()
      local neap = require "neap"
      local status
      local fiber = neap.spawn(function() status = start() end)
      neap.sleep(0) -- it is on its way
      fiber:cancel()
      local _, err = fiber:join()
      assert.equal("cancelled", err.code)
      assert.is_nil(status)
      assert.is_true(engine.status(options).running)
   end)

   it("is configured anew at every start", function()
      local status = started()
      engine.stop(options)
      write(status.dir .. "/config.toml", "nonsense")
      assert.is_true(started().started)
   end)

   it("serves metrics when asked to", function()
      local status = start { metrics = "127.0.0.1:0", log = "info" }
      if not status then error "not started" end
      assert.matches("metrics", read("cat " .. status.dir .. "/config.toml"))
   end)

   it("replaces a socket that nobody listens on", function()
      local status = started()
      sh("kill -KILL %d; tail -s 0.02 --pid=%d -f /dev/null", status.pid, status.pid)
      assert.is_true(exists(status.address))
      assert.is_false(engine.status(options).running)
      local again = started()
      assert.is_true(again.started)
      assert.not_equal(status.pid, again.pid)
   end)

   it("keeps its log small", function()
      local log = started().log
      sh("head -c 5000000 /dev/zero | tr '\\0' x >> %s", log)
      assert.is_false(started().started)
      assert.is_true(tonumber(read("stat -c %s " .. log)) <= 256 << 10)
   end)

   it("stops, and leaves no socket", function()
      local status = started()
      local stopped, err = engine.stop(options)
      assert.is_nil(err)
      assert.equal(status.pid, stopped.pid)
      assert.is_false(exists(status.address))
      assert.is_false(exists(status.address .. ".ttrpc"))
      assert.matches("^Z?$", read("ps -o stat= -p " .. status.pid)) -- init reaps it
      assert.is_false(engine.status(options).running)
      err = select(2, engine.stop(options))
      assert.equal("not_found", err.code)
   end)

   it("does not stop while tasks run, unless forced", function()
      local status = started()
      local removed = {}
      options.tasks = function()
         return { { namespace = "a", id = "web", status = "RUNNING" },
            { namespace = "b", id = "old", status = "STOPPED" } }
      end
      local _, err = engine.stop(options)
      assert.equal("failed_precondition", err.code)
      assert.matches("1 task is still running: a/web", err.message, 1, true)
      assert.is_true(engine.status(options).running)

      options.force = true
      options.remove = function(_, task)
         removed[#removed + 1] = task.id
         return true
      end
      assert.equal(status.pid, engine.stop(options).pid)
      assert.same({ "web", "old" }, removed)
   end)

   describe("with a container in it", function()
      local neap = require "neap"
      local namespace = os.getenv "NEAP_TEST_NAMESPACE" or "neap-engine-spec"
      local client, task

      before_each(function()
         options.tasks = nil
         local status = started()
         sh("mkdir -p %s/rootfs/bin; cp /bin/busybox %s/rootfs/bin/sleep", base, base)
         client = neap.connect { address = status.address, namespace = namespace }
         local container, err = client:create {
            id = "web", rootfs = base .. "/rootfs", args = { "/bin/sleep", "1000" },
         }
         if not container then error(err) end
         task, err = container:start()
         if not task then error(err) end
      end)

      after_each(function()
         options.force = true
         engine.stop(options)
         -- What runc and the client keep for the next start of the container.
         local prefix = engine.cgroup_prefix(options.dir, options.run)
         local bundles = "/run/neap/" .. hash.hex8(client:address())
         os.execute(("bash -c 'rmdir -p /sys/fs/cgroup{,/*}%s/%s' 2>/dev/null; rm -rf %s"):format(
            prefix, namespace, bundles))
         client:close()
      end)

      it("is not stopped", function()
         local _, err = engine.stop(options)
         assert.equal("failed_precondition", err.code)
         assert.matches("1 task is still running: " .. namespace .. "/web", err.message, 1, true)
         assert.equal("running", task:status())
      end)

      it("is stopped by force, the container first", function()
         local pid = task.pid
         options.force = true
         local stopped, err = engine.stop(options)
         assert.is_nil(err)
         assert.is_true(stopped.running)
         assert.is_false(exists("/proc/" .. pid .. "/exe"))
      end)

      it("may be killed while the container goes on, and finds it again", function()
         local pid = engine.status(options).pid
         sh("kill -KILL %d; tail -s 0.02 --pid=%d -f /dev/null", pid, pid)
         assert.is_true(exists("/proc/" .. task.pid .. "/exe"))
         assert.is_true(started().started)
         local again = neap.connect {
            address = engine.status(options).address, namespace = namespace,
         }
         local found = again:load "web"
         assert.equal(task.pid, found:task().pid)
         again:close()
      end)
   end)

   it("tells its own engines from others", function()
      local status = started()
      local own = engine.own(status.address)
      assert.equal(status.dir, own.dir)
      assert.equal(engine.runc_root(options.dir, options.run), own.runc_root)
      assert.equal(engine.cgroup_prefix(options.dir, options.run), own.cgroup_prefix)
      assert.equal(own.runc_root, own.options.value.root)
      assert.equal(status.address, engine.address(options.dir, options.run))
      assert.is_nil(engine.own "/run/containerd/containerd.sock")
   end)

   describe("refuses", function()
      local function refused(code, text, changes)
         local status, err = start(changes)
         assert.is_nil(status)
         assert.equal(code, err.code)
         assert.matches(text, err.message, 1, true)
         assert.equal("engine.start", err.op)
         return err
      end

      local function make() sh("mkdir -p %s", options.dir) end

      it("a relative directory", function()
         refused("invalid_argument", "not an absolute path", { dir = "dir" })
      end)

      it("a directory that is too long", function()
         refused("invalid_argument", "too long", { dir = "/" .. ("x"):rep(2000) })
         refused("invalid_argument", "too long", { dir = base .. "/" .. ("x"):rep(300) })
         refused("invalid_argument", "socket", { run = base .. "/" .. ("x"):rep(100) })
      end)

      it("a directory with something else in it, and leaves that alone", function()
         make()
         write(options.dir .. "/mine", "x")
         refused("failed_precondition", "not empty")
         assert.equal("mine", read("ls " .. options.dir))
         assert.is_false(exists(options.run))
      end)

      it("a symbolic link", function()
         sh("mkdir %s/real; ln -s real %s", base, options.dir)
         refused("failed_precondition", "symbolic link")
         assert.equal("", read(("ls %s/real"):format(base)))
      end)

      it("what others may write", function()
         make()
         sh("chmod 0770 %s", options.dir)
         refused("failed_precondition", "writable by others")
         sh("chmod 0700 %s; chmod 0777 %s", options.dir, base)
         refused("failed_precondition", "writable by others")
         sh("chmod 0700 %s", base)
      end)

      it("what is somebody else's", function()
         make()
         sh("chown 1 %s", options.dir)
         refused("permission_denied", "belongs to user 1")
         sh("chown 0 %s; chown 1 %s", options.dir, base)
         refused("failed_precondition", "belongs to user 1")
         sh("chown 0 %s", base)
      end)

      it("a run directory of another engine", function()
         local status = started()
         engine.stop(options)
         write(status.address:match "^(.*)/" .. "/engine", "/elsewhere\n")
         refused("failed_precondition", "/elsewhere")
      end)

      it("a noexec file system", function()
         sh("mkdir %s/mount; mount -t tmpfs -o noexec,mode=0755 none %s/mount", base, base)
         refused("failed_precondition", "noexec", { dir = base .. "/mount/dir" })
         assert.equal("", read(("ls %s/mount"):format(base)))
      end)

      it("a read-only file system", function()
         sh("mkdir %s/mount; mount -t tmpfs -o ro,mode=0755 none %s/mount", base, base)
         local err = refused("failed_precondition", "read-only", { dir = base .. "/mount/dir" })
         assert.equal("EROFS", err.errno)
      end)

      it("a full disk", function()
         sh("mkdir %s/mount; mount -t tmpfs -o size=16m,mode=0755 none %s/mount", base, base)
         options.dir = base .. "/mount/dir"
         started()
         engine.stop(options)
         sh("head -c 16000000 /dev/zero > %s/mount/fill 2>/dev/null || true", base)
         local err = refused("resource_exhausted", "no space left")
         assert.equal("ENOSPC", err.errno)
      end)

      it("to start without containerd, naming the package", function()
         local err = refused("not_found", "apt-get install containerd", { path = base })
         assert.equal("containerd", err.id)
         assert.is_false(exists(options.dir))
      end)

      it("to start without runc or its shim, naming the package", function()
         sh("mkdir %s/bin; ln -s /usr/bin/containerd %s/bin", base, base)
         local err = refused("not_found", "apt-get install containerd", { path = base .. "/bin" })
         assert.equal("containerd-shim-runc-v2", err.id)
         sh("ln -s /usr/bin/containerd-shim-runc-v2 %s/bin", base)
         err = refused("not_found", "apt-get install runc", { path = base .. "/bin" })
         assert.equal("runc", err.id)
      end)

      it("a field that is misspelt, rather than take the default directory", function()
         for _, name in ipairs { "start", "status", "stop" } do
            local found, err = engine[name] { dri = base .. "/dir" }
            assert.same({ nil, "invalid_argument" }, { found, err.code })
            assert.matches('dri: unknown field, did you mean "dir"', err.message, 1, true)
         end
      end)

      it("an unknown log level and a wrong type", function()
         refused("invalid_argument", "unknown level", { log = "loud" })
         assert.has_error(function() engine.start { dir = 1 } end)
         assert.has_error(function() engine.start "dir" end)
         assert.has_error(function() engine.stop { force = "no" } end)
      end)
   end)

   it("tells what a containerd that ends at once said last", function()
      sh("mkdir %s/bin; ln -s /usr/bin/containerd-shim-runc-v2 /usr/sbin/runc %s/bin", base, base)
      write(base .. "/bin/containerd", "#!/bin/sh\necho no such luck >&2\nexit 1\n")
      sh("chmod +x %s/bin/containerd", base)
      local _, err = start { path = base .. "/bin" }
      assert.equal("unavailable", err.code)
      assert.matches("no such luck", err.message, 1, true)
   end)

   it("says what to do when one is not root", function()
      local code = [[
         local _, err = engine.start(o); print(err.code, err.message)
         os.exit(0)]]
      local file = os.tmpname()
      write(file, (HERE .. "local engine = require 'neap.engine'; local o = { dir = %q }; %s")
         :format(package.path, package.cpath, options.dir, code))
      local said = read(("chmod 644 %s; setpriv --reuid 65534 %s %s; rm %s")
         :format(file, shell.lua, file, file))
      assert.matches("^permission_denied", said)
      assert.matches("sudo", said, 1, true)
   end)
end)
