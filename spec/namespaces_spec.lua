local config = require "neap.config"
local spec = require "neap.spec"

local MAPPINGS <const> = { { containerID = 0, hostID = 1000, size = 10 } }

local function checked_of(fields)
   local given = { id = "web", rootfs = "/r", args = { "true" } }
   for name, value in pairs(fields or {}) do given[name] = value end
   return config.create(given, { cwd = "/" })
end

local function new(fields, machine)
   local checked, wrong = checked_of(fields)
   if not checked then error(wrong) end
   local origin = {}
   local made, err = spec.new(checked, {
      namespace = "x", machine = machine, origin = origin,
      joined = { db = {
         pid = 42, linux = { uidMappings = MAPPINGS, gidMappings = MAPPINGS },
      } },
   })
   return made or error(err), origin
end

local function namespaces(made)
   local kinds = {}
   for _, namespace in ipairs(made.linux.namespaces) do
      assert.is_nil(kinds[namespace.type])
      kinds[namespace.type] = namespace.path or true
   end
   return kinds
end

local function mount_at(made, destination)
   for _, mount in ipairs(made.mounts) do
      if mount.destination == destination then return mount end
   end
end

describe("a container's namespaces", function()
   local TYPES <const> = { pid = "pid", ipc = "ipc", uts = "uts", cgroupns = "cgroup" }

   for option, kind in pairs(TYPES) do
      it("of " .. kind .. " are its own, the host's or another container's", function()
         local made, origin = new { [option] = "host" }
         assert.is_nil(namespaces(made)[kind])
         assert.equal(option, origin["linux.namespaces[" .. kind .. "]"])
         assert.is_true(namespaces(new { [option] = "private" })[kind])
         made = new { [option] = "container:db" }
         assert.equal("/proc/42/ns/" .. kind, namespaces(made)[kind])
      end)
   end

   it("are its own by default, but for cgroup and user", function()
      assert.same(
         { pid = true, ipc = true, uts = true, mount = true, network = true }, namespaces(new())
      )
   end)

   it("bring the host's shared memory, where it has some", function()
      local made, origin = new { ipc = "host" }
      assert.equal("/dev/shm", mount_at(made, "/dev/shm").source)
      assert.equal("bind", mount_at(made, "/dev/shm").type)
      assert.equal("mqueue", mount_at(made, "/dev/mqueue").type)
      assert.equal("ipc", origin["mounts[/dev/shm]"])

      made = new({ ipc = "host" }, { exists = function() return false end })
      assert.is_nil(mount_at(made, "/dev/shm"))
      local own = { destination = "/dev/shm", type = "tmpfs", source = "mine" }
      assert.equal("mine", mount_at(new { ipc = "host", mounts = { own } }, "/dev/shm").source)
   end)

   it("leave a tmpfs that was asked for where shared memory is", function()
      for _, ipc in ipairs { "host", "none" } do
         local made, origin = new { ipc = ipc, tmpfs = { "/dev/shm:size=1m" } }
         assert.equal("tmpfs", mount_at(made, "/dev/shm").type)
         assert.equal("tmpfs", origin["mounts[/dev/shm]"])
      end
   end)

   it("bring no shared memory with ipc none", function()
      local made = new { ipc = "none" }
      assert.is_nil(mount_at(made, "/dev/shm"))
      assert.is_true(namespaces(made).ipc)
      assert.is_true(namespaces(new { ipc = "shareable" }).ipc)
   end)

   it("take parameters as whole numbers, which the kernel writes without a point", function()
      local made = new { sysctl = { ["net.core.somaxconn"] = 1.0, ["net.a"] = " 1\t2" } }
      assert.same({ ["net.core.somaxconn"] = "1", ["net.a"] = " 1\t2" }, made.linux.sysctl)
   end)

   it("have no name of their own where uts is shared", function()
      local made, origin = new { uts = "host" }
      assert.is_nil(made.hostname)
      assert.equal("uts", origin.hostname)
      assert.is_nil(new({ uts = "container:db" }).hostname)
      assert.equal("web", new({ uts = "private" }).hostname)
   end)

   it("of users are another container's with its mappings", function()
      local made = new { userns = "container:db", pid = "container:db", network = "container:db" }

      assert.equal("/proc/42/ns/user", namespaces(made).user)
      assert.same(MAPPINGS, made.linux.uidMappings)
      assert.same(MAPPINGS, made.linux.gidMappings)
      assert.equal("bind", mount_at(made, "/sys").type)
      assert.same((new()), (new { userns = "host" }))
   end)

   it("of users have the host's queues bound with ipc host", function()
      local mappings = { uid_mappings = MAPPINGS, gid_mappings = MAPPINGS }
      assert.equal("bind", mount_at(new { ipc = "host", userns = mappings }, "/dev/mqueue").type)
   end)

   local mappings <const> = { uid_mappings = MAPPINGS, gid_mappings = MAPPINGS }
   local wrong = {
      { { pid = "hsot" },
         'pid: "hsot" is not a pid namespace ("private", "host" or "container:ID")' },
      { { ipc = 7 }, "ipc: 7 is not an ipc namespace" },
      { { uts = "none" }, 'uts: "none" is not a uts namespace' },
      { { cgroupns = "container:/" }, 'cgroupns: "/" is not an id' },
      { { userns = "private" }, 'userns: "private" is not a user namespace ("host" or ' },
      { { userns = 7 }, "userns: 7 is not { uid_mappings=, gid_mappings= }" },
      { { pid_mode = "host" }, 'pid_mode: unknown field, use "pid"' },
      { { uts = "host", hostname = "x" }, 'uts, hostname: with uts = "host" the name is not' },
      { { uts = "container:db", domainname = "x" },
         'uts, domainname: with uts = "container:db" the name' },
      { { ipc = "host", shm_size = "1m" }, 'ipc, shm_size: with ipc = "host" there is no' },
      { { ipc = "none", shm_size = "1m" }, 'ipc, shm_size: with ipc = "none" there is no' },
      { { network = "host", sysctl = { ["net.ipv4.ip_forward"] = "1" } },
         'network, sysctl: with network = "host" "net.ipv4.ip_forward" would be set for the' },
      { { network = "host", sysctl = { ["net/ipv4/conf/eth0.1/forwarding"] = "1" } },
         'network, sysctl: with network = "host"' },
      { { ipc = "host", sysctl = { ["kernel.shmmax"] = 1 } }, "ipc, sysctl: with ipc = " },
      { { ipc = "host", sysctl = { ["fs.mqueue.msg_max"] = 1 } }, "ipc, sysctl: with ipc = " },
      { { uts = "host", sysctl = { ["kernel.domainname"] = "x" } }, "uts, sysctl: with uts = " },
      { { sysctl = { ["net.ipv4.ip_forward"] = "1", ["net/ipv4/ip_forward"] = "0" } },
         'sysctl: "net/ipv4/ip_forward" is the same parameter as "net.ipv4.ip_forward"' },
      { { sysctl = { ["kernel.panic"] = 1 } }, 'sysctl: "kernel.panic" is the whole machine\'s' },
      { { pid = "host", userns = mappings }, "pid, userns: a user namespace of its own cannot" },
      { { ipc = "container:db", userns = mappings },
         'ipc, userns: a user namespace of its own cannot have ipc = "container:db"' },
   }
   for _, case in ipairs(wrong) do
      it("are refused: " .. case[2], function()
         local checked, err = checked_of(case[1])

         assert.is_nil(checked)
         assert.matches(case[2], err.message, 1, true)
      end)
   end

   it("let what is not shared be set", function()
      assert.is_table(new { network = "host", sysctl = { ["kernel.shmmax"] = 1 } })
      assert.is_table(new { network = "container:db", sysctl = { ["net.core.somaxconn"] = 1 } })
      assert.is_table(new { ipc = "container:db", shm_size = "1m" })
   end)
end)
