-- What a container shares with the host and with other containers, from inside.

local commands = require "support.commands"
local live = require "support.live"
local shell = require "support.shell"

local NAMES <const> = { "pid", "ipc", "uts", "net", "user", "cgroup" }
local LOOK <const> =
   "for name in pid ipc uts net user cgroup; do readlink /proc/self/ns/$name; done"

--- { pid = "pid:[4026531836]", … } of what LOOK printed.
local function seen(text)
   local links, i = {}, 0
   for line in text:gmatch "[^\n]+" do
      i = i + 1
      if NAMES[i] then links[NAMES[i]] = line end
   end
   return links
end

local HOST <const> = seen(shell.run({ "sh", "-c", LOOK }).stdout)

local can_map = os.execute "unshare --user true 2>/dev/null"

describe("a container's namespaces", function()
   local client
   before_each(function() client = live.client() end)
   after_each(function() live.disconnect(client) end)

   local function run(script, fields)
      local result, err = client:run(live.config({ "sh", "-c", script }, fields))
      if not result then error(err) end
      return result.stdout .. result.stderr
   end

   local function start(fields)
      local container, err = client:create(live.config({ "sleep", "1000" }, fields))
      if not container then error(err) end
      local task, unstarted = container:start()
      if not task then error(unstarted) end
      return container, task
   end

   local function differ(a, b)
      local names = {}
      for _, name in ipairs(NAMES) do
         if a[name] ~= b[name] then names[#names + 1] = name end
      end
      return table.concat(names, " ")
   end

   it("are its own but those of cgroups and users", function()
      assert.equal("pid ipc uts net", differ(HOST, seen(run(LOOK))))
   end)

   it("are the host's where that is said, whose names and memory are seen", function()
      local look = LOOK .. "; cat /proc/1/comm; hostname; ls /dev/shm"
      local name = "neap-spec-" .. live.namespace
      assert(io.open("/dev/shm/" .. name, "w")):close()
      finally(function() os.remove("/dev/shm/" .. name) end)
      local said = run(look, { pid = "host", ipc = "host", uts = "host", network = "host" })

      assert.equal("", differ(HOST, seen(said)))
      local host = shell.run({ "sh", "-c", "cat /proc/1/comm; uname -n" }).stdout
      assert.matches(host .. ".*" .. name:gsub("%-", "%%-"), said)
   end)

   it("of cgroups are its own where that is said", function()
      local said = run(LOOK .. "; cat /proc/self/cgroup", { cgroupns = "private", ipc = "none" })

      assert.equal("pid ipc uts net cgroup", differ(HOST, seen(said)))
      assert.matches(":/\n", said)
      assert.equal("no shm\n", run("ls -d /dev/shm 2>/dev/null || echo no shm", { ipc = "none" }))
   end)

   it("are another container's, which costs no call to find", function()
      local other, task = start { hostname = "other", cgroupns = "private" }
      local process = task:exec { args = { "sh", "-c", LOOK }, stdout = "pipe" }
      local theirs = seen(process:read "a")
      process:wait()
      process:delete()
      local joined = "container:" .. other.id
      local said
      local calls = live.count(function()
         said = run(LOOK .. "; hostname; cat /proc/1/comm", {
            pid = joined, ipc = joined, uts = joined, network = joined, cgroupns = joined,
         })
      end)

      assert.equal("", differ(theirs, seen(said)))
      assert.matches("other\nsleep\n$", said)
      calls["Events/Subscribe"] = nil
      assert.same({
         ["Containers/Create"] = 1, ["Tasks/Create"] = 1, ["Tasks/Start"] = 1,
         ["Tasks/Delete"] = 1, ["Containers/Delete"] = 1,
      }, calls)
      assert.equal("running", task:status())
   end)

   it("of a container of somebody else's, which costs one look each at record and task",
      function()
         local other = start()
         client:close()
         client = live.client()
         local calls = live.count(function()
            run("true", { pid = "container:" .. other.id, ipc = "container:" .. other.id })
         end)

         assert.same({ 1, 1 }, { calls["Containers/Get"], calls["Tasks/Get"] })
      end)

   it("cannot be joined where nobody runs", function()
      local container = client:create { rootfs = live.rootfs(), args = { "true" } }
      local _, err = client:create {
         rootfs = live.rootfs(), args = { "true" }, ipc = "container:" .. container.id,
      }
      assert.is_true(err.code == "not_found" or err.code == "failed_precondition")
      _, err = client:create {
         rootfs = live.rootfs(), args = { "true" }, pid = "container:nobody",
      }
      assert.equal("not_found", err.code)
   end)

   it("are not those of whoever has its process's number by now", function()
      local other = start()
      local container = client:create {
         rootfs = live.rootfs(), args = { "true" }, network = "container:" .. other.id,
      }
      local said = container.labels["neap.joined"]
      assert.equal(tostring(other:task().pid), said:match "^%S+ (%d+) %d+$")
      assert.equal(0, container:start():wait().code)
      assert(container:task():delete())

      local earlier = said:gsub("%d+$", "1")
      assert(client:call("containerd.services.containers.v1.Containers/Update", {
         container = { id = container.id, labels = { ["neap.joined"] = earlier } },
         update_mask = { paths = { "labels.neap.joined" } },
      }))
      local changed = assert(client:load(container.id))
      assert.equal(earlier, changed.labels["neap.joined"])
      local task, err = changed:start()
      assert.is_nil(task)
      assert.equal("failed_precondition", err.code)
      assert.matches("the container whose network namespace is shared has ended", err.message)
   end)

   it("end with it where processes are the host's: none is left", function()
      local result, err = client:run {
         rootfs = live.rootfs(), pid = "host",
         args = { "sh", "-c", "sleep 98765 >/dev/null 2>&1 & echo $!" },
      }
      if not result then error(err) end
      local pid = assert(result.stdout:match "%d+")
      live.wait_until(function()
         local file = io.open("/proc/" .. pid .. "/comm")
         local name = file and file:read "l"
         if file then file:close() end
         return name ~= "sleep"
      end)
   end)

   it("of users are joined with the mappings", function()
      if not can_map then pending "the kernel makes no user namespace here" end
      local mappings = { { containerID = 0, hostID = 100000, size = 65536 } }
      local rootfs = live.fresh_rootfs()
      os.execute(("chown -R 100000:100000 %s && chmod 711 %s"):format(rootfs, live.dir))
      finally(function()
         os.execute "find /run/neap.100000.100000 -depth -type d -empty -delete 2>&-"
      end)
      local users = { uid_mappings = mappings, gid_mappings = mappings }
      local other, task = start { rootfs = rootfs, userns = users }
      local file <close> = assert(io.open(("/proc/%d/uid_map"):format(task.pid)))
      assert.matches("0 +100000 +65536", file:read "a")
      local joined = "container:" .. other.id
      local said = run(LOOK .. "; cat /proc/self/uid_map", {
         rootfs = rootfs, userns = joined, pid = joined, ipc = joined,
      })
      assert.equal("pid ipc uts net user", differ(HOST, seen(said)))
      assert.matches("0 +100000 +65536", said)

      said = run(LOOK .. "; grep Seccomp: /proc/self/status", {
         rootfs = rootfs, userns = users, privileged = true, ipc = "host", uts = "host",
         network = "host", cgroupns = "private",
      })
      assert.equal("pid user cgroup", differ(HOST, seen(said)))
      assert.matches("Seccomp:\t0", said, 1, true)
   end)

   it("are those that neap run is told", function()
      local said = commands.neap("run", "--rootfs", live.rootfs(), "--pid", "host", "--ipc", "host",
         "--uts", "host", "--cgroupns", "private", "--userns", "host", "sh", "-c", LOOK).stdout
      assert.equal("net cgroup", differ(HOST, seen(said)))
      local complaint = commands.neap("run", "--rootfs", live.rootfs(), "--net", "host",
         "--sysctl", "net.ipv4.ip_forward=1", "true").stderr
      assert.matches("network, sysctl: with network = \"host\"", complaint, 1, true)
   end)
end)
