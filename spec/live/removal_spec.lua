-- Deleting: the ladder, what it meets on its way, and what it must not touch.

local defaults = require "neap.defaults"
local live = require "support.live"
local lfs = require "lfs"
local neap = require "neap"
local shell = require "support.shell"
local uv = require "luv"

describe("deletion", function()
   local client

   before_each(function() client = live.client() end)
   after_each(function() live.disconnect(client) end)

   local function created(changes)
      local container, err = client:create(live.config({ "sleep", "1000" }, changes))
      return container or error(err)
   end

   local function tasks() return live.ctr("tasks", "list", "--quiet") end

   --- The pid of a container's shim.
   local function shim_of(task)
      local file <close> = assert(io.open(("/proc/%d/stat"):format(task.pid)))
      return tonumber(file:read("a"):match "%) %a (%d+)")
   end

   --- Kill a task's shim, and remove the socket that a dead shim leaves.
   local function kill_shim(task, pid)
      local file <close> = assert(io.open(("%s/state/io.containerd.runtime.v2.task/%s/%s/address")
         :format(live.default.dir, live.namespace, task.id)))
      local socket = file:read("a"):match "^unix://(/run/containerd/s/%x+)"
      shell.run { "kill", "-KILL", ("%d"):format(pid) }
      os.remove(socket)
   end

   --- Delete a record as a tool does that asks for no task.
   local function delete_record(id)
      local other <close> = live.client()
      assert(other:call(
         "containerd.services.containers.v1.Containers/Delete", { id = id }))
   end

   -- Whoever asked for the exec was killed before it opened the pipe: its shim waits
   -- for a reader, and answers nothing meanwhile.
   it("by force takes one whose shim waits at a pipe that nobody reads", function()
      local container = created()
      local task = container:start()
      local pipe = container.labels["neap.bundle"] .. "/orphan.0123-stdout"
      assert.equal(0, shell.run({ "mkfifo", "-m", "600", pipe }).code)
      local ids = { container_id = container.id, exec_id = "orphan", stdout = pipe }
      ids.spec = { type_url = "types.containerd.io/opencontainers/runtime-spec/1/Process",
         value = { args = { "/bin/echo" }, cwd = "/", user = { uid = 0, gid = 0 } } }
      local other <close> = live.client()
      assert(other:call("containerd.services.tasks.v1.Tasks/Exec", ids))
      local starting = neap.spawn(other.call, other, "containerd.services.tasks.v1.Tasks/Start",
         { container_id = container.id, exec_id = "orphan" })
      local waits = "grep -q wait_for_partner /proc/%d/task/*/wchan"
      live.wait_until(function()
         return shell.run({ "sh", "-c", waits:format(shim_of(task)) }).code == 0
      end)
      assert.is_true((neap.timeout(20, container.delete, container, { force = true })))
      starting:cancel()
      assert.is_nil(lfs.attributes(pipe, "mode"))
   end)

   -- What containerd leaves where its caller is killed as the shim starts: one that
   -- waits at a pipe of containerd's, and that no call reaches.
   it("by force takes one whose shim nobody can reach any more", function()
      local patience = defaults.delete
      defaults.delete = setmetatable({ tries = 1, shim_timeout = 0.5 }, { __index = patience })
      local container = created()
      local shell_of_shim = live.path "containerd-shim"
      assert.equal(0, shell.run({ "cp", "/bin/dash", shell_of_shim }).code)
      local place, socket = live.path "shim", "/run/containerd/s/" .. ("5"):rep(64)
      assert.is_true(lfs.mkdir(place))
      assert.equal(0, shell.run({ "sh", "-c", "printf %s unix://" .. socket .. " >address" },
         { cwd = place }).code)
      local listening = uv.new_pipe()
      assert.equal(0, listening:bind(socket))
      finally(function()
         defaults.delete = patience
         listening:close()
      end)
      local shim <close> = shell.start({ shell_of_shim, "-c", "echo up; while :; do sleep 1; done",
         "shim", "-namespace", live.namespace, "-id", container.id, "-address", live.address, "x" },
         { cwd = place })
      local other <close> = shell.start({ shell_of_shim, "-c", "echo up; while :; do sleep 1; done",
         "shim", "-namespace", live.namespace, "-id", container.id .. "-not", "-address",
         live.address, "x" })
      shim:await "up"
      other:await "up"
      local theirs <close> = live.client()
      assert.is_true(theirs:load(container.id):delete { force = true })
      assert.equal(9, shim:wait().signal)
      assert.is_nil(lfs.attributes(socket, "mode"))
      assert.is_nil(other.code)
      assert.same({ nil, "ESRCH" }, { require "neap.core".pid.kill(other.pid, "\0another's\0") })
      assert.is_nil(other.code)
   end)

   it("by force takes one whose shim has just died", function()
      for _ = 1, 3 do
         local container = created()
         local task = container:start()
         kill_shim(task, shim_of(task))
         local ok, err = container:delete { force = true }
         assert.same({ true }, { ok, err })
      end
      assert.equal("", tasks())
   end)

   it("by force takes a stopped, a paused and a created one, and twice", function()
      local stopped, paused, bare = created(), created(), created()
      stopped:start():kill "KILL"
      paused:start():pause()
      for _, container in ipairs { stopped, paused, bare } do
         local bundle = container.labels["neap.bundle"]
         assert.equal("directory", lfs.attributes(bundle, "mode"))
         assert.is_true(container:delete { force = true })
         assert.is_true(container:delete { force = true })
         assert.is_nil(lfs.attributes(bundle, "mode"))
      end
   end)

   it("takes processes that ignore signals, and those that hold the output", function()
      local container = created { args = { "sh", "-c",
         "trap '' TERM; sleep 1000 & echo started; while :; do sleep 1000; done" } }
      local task = container:start { stdout = "pipe" }
      assert.equal("started", task:read "l")
      local exit = task:stop { timeout = 0.05 }
      assert.same({ 137, 9 }, { exit.code, exit.signal })
      assert.is_true(container:delete { force = true })
   end)

   it("gives an orphaned task its record again first", function()
      for _, known in ipairs { true, false } do
         local container = created { id = "orphan" }
         local task = container:start { stdout = "pipe" }
         local waiting = neap.spawn(function() return task:wait() end)
         local other <close> = live.client()
         local handle = known and container or other:load "orphan"
         delete_record "orphan"
         assert.equal("orphan\n", tasks())
         assert.is_true(handle:delete { force = true })
         assert.equal("", tasks())
         assert.equal(137, waiting:join().code)
         assert.is_nil(lfs.attributes(container.labels["neap.bundle"], "mode"))
      end
   end)

   -- Its shim is not to be taken for one that nobody reaches.
   it("kills no shim of an orphan, even before it hears that the record is gone", function()
      local container = created()
      local task = container:start()
      local other <close> = live.client()
      local handle = other:load(container.id)
      local script = ([[local client = require "neap".connect()
         assert(client:call("containerd.services.containers.v1.Containers/Delete", { id = %q }))]])
         :format(container.id)
      assert.equal(0, shell.run({ live.program, "-e", script }, {
         env = { CONTAINERD_ADDRESS = live.address, CONTAINERD_NAMESPACE = live.namespace },
      }).code)
      local calls = live.count(function() assert.is_true(handle:delete { force = true }) end)
      assert.is_nil(calls["Tasks/Create"]) -- the last resort before the shim is killed
      assert.equal(137, task:wait().code)
      assert.equal("", tasks())
   end)

   it("of an orphaned task by its own handle works too", function()
      local container = created()
      local task = container:start()
      delete_record(container.id)
      assert.equal(137, task:delete { force = true }.code)
      assert.equal("", tasks())
      assert.is_true(container:delete { force = true })
   end)

   it("through an old handle leaves the record that took its place alone", function()
      local old = created { id = "same" }
      old:start():kill "KILL"
      assert.is_true(old:delete { force = true })
      local new = created { id = "same" }
      local task = new:start()
      assert.is_true(old:delete { force = true })
      assert.equal("not_found", select(2, old:delete()).code)
      assert.equal("running", task:status())
   end)

   it("of a container whose shim died needs no call for the task", function()
      local container = created()
      local task = container:start { stdout = "pipe" }
      kill_shim(task, shim_of(task))
      local exit = task:wait { timeout = 20 }
      assert.same({ 137, 9, true }, { exit.code, exit.signal, exit.lost })
      local calls, deleted = live.count(function() return task:delete() end)
      assert.same({}, calls)
      assert.same({ 137, true }, { deleted.code, deleted.lost })
      assert.is_true(container:delete())
      assert.equal("", tasks())
   end)

   it("is not confused by a second exit", function()
      local container = created { args = { "sh", "-c", "read line; exit 5" } }
      local exits = {}
      local _listening <close> = client:on("exit", function(event)
         if event.id == container.id then exits[#exits + 1] = event.code end
      end)
      local task = container:start { stdin = "pipe" }
      local shim = shim_of(task)
      task:close_stdin()
      assert.equal(5, task:wait().code)
      kill_shim(task, shim)
      live.wait_until(function() return exits[2] end)
      assert.same({ 5, 137 }, exits)
      assert.equal(5, task:wait().code)
      assert.equal(5, task:delete().code)
   end)

   describe("of a bundle", function()
      local log = neap.log
      local warnings, former

      before_each(function()
         warnings = {}
         former = log.sink(function(level, message)
            if level == "warn" then warnings[#warnings + 1] = message end
         end)
      end)
      after_each(function() log.sink(former) end)

      --- A record whose label says `label`, made by another tool.
      local function labelled(id, label)
         assert(live.ctr("containers", "create", "--rootfs", "--label",
            "neap.bundle=" .. label, live.rootfs(), id, "/bin/true"))
         return client:load(id)
      end

      --- The record goes, the place stays, and a warning names it.
      local function spared(container, place)
         assert.is_true(container:delete())
         assert.equal("not_found", select(2, client:load(container.id)).code)
         assert.is_truthy(lfs.symlinkattributes(place, "mode"), place)
         assert.equal(1, #warnings, table.concat(warnings, "\n"))
         assert.matches(container.labels["neap.bundle"], warnings[1], 1, true)
      end

      it("spares what the label alone says", function()
         local mine = live.path "mine"
         lfs.mkdir(mine)
         for id, label in pairs { root = "/", tmp = "/tmp", mine = mine } do
            warnings = {}
            spared(labelled(id, label), label)
         end
         for id, label in pairs { up = "/run/neap/../..", relative = "run/neap" } do
            warnings = {}
            spared(labelled(id, label), "/run/neap")
         end
      end)

      it("does not put pipes where a label alone says", function()
         local mine = live.path "mine"
         lfs.mkdir(mine)
         local container = labelled("forged", mine)
         local task = container:start { stdout = "pipe" }
         assert.equal(0, task:wait().code)
         assert.equal("directory", lfs.attributes(mine, "mode"))
         assert.is_true(lfs.rmdir(mine)) -- nothing is in it
         task:delete()
         container:delete()
         assert.is_nil(lfs.attributes(require "neap.bundle".path {
            engine = client:address(), namespace = client:namespace(), id = "forged" }, "mode"))
      end)

      it("spares another engine's directory", function()
         local other = live.daemon()
         finally(function() other:stop() end)
         local theirs <close> = other:client { namespace = client:namespace() }
         local twin = theirs:create { id = "twin", rootfs = live.rootfs(), args = { "true" } }
         spared(labelled("twin", twin.labels["neap.bundle"]), twin.labels["neap.bundle"])
         assert.is_true(twin:delete())
         assert.is_nil(lfs.attributes(twin.labels["neap.bundle"], "mode"))
      end)

      it("spares a link, a mount and what others put there", function()
         local container = created { id = "link" }
         local bundle = container.labels["neap.bundle"]
         local aside = bundle .. "-aside" -- a rename stays in its file system
         assert.is_true(os.rename(bundle, aside))
         lfs.link(aside, bundle, true)
         spared(container, aside)
         os.remove(bundle)
         lfs.rmdir(aside)

         warnings = {}
         container = created { id = "mount" }
         bundle = container.labels["neap.bundle"]
         shell.run { "mount", "-t", "tmpfs", "tmpfs", bundle }
         spared(container, bundle)
         shell.run { "umount", bundle }
         lfs.rmdir(bundle)

         warnings = {}
         container = created { id = "guest" }
         bundle = container.labels["neap.bundle"]
         local file <close> = io.open(bundle .. "/guest", "w")
         file:close()
         spared(container, bundle .. "/guest")
         os.remove(bundle .. "/guest")
         lfs.rmdir(bundle)
      end)

      it("leaves docker's label and its directory alone", function()
         local place = live.path "docker"
         lfs.mkdir(place)
         assert(live.ctr("containers", "create", "--rootfs", "--label",
            "com.docker/engine.bundle.path=" .. place, live.rootfs(), "docker",
            "/bin/echo", "hello"))
         local container = client:load "docker"
         local task = container:start { stdout = "pipe" }
         assert.equal("hello", task:read "l")
         assert.equal(0, task:wait().code)
         assert.equal(0, task:delete().code)
         assert.equal(place, container.labels["com.docker/engine.bundle.path"])
         assert.is_true(container:delete())
         assert.equal("directory", lfs.attributes(place, "mode"))
         assert.is_true(lfs.rmdir(place)) -- and it is empty
         assert.same({}, warnings)
      end)
   end)
end)
