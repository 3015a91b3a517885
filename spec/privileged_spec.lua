local config = require "neap.config"
local spec = require "neap.spec"

local HAS <const> = { "CAP_CHOWN", "CAP_KILL", "CAP_SYS_ADMIN" }
local machine = {
   capabilities = function() return HAS end,
   stat = function() return { type = "directory" } end,
   list = function(path)
      if path == "/dev" then return { "console", "kmsg", "log" } end
   end,
   lstat = function(path)
      if path == "/dev/log" then return { type = "socket" } end
      return { type = "device", device = "c", major = 1, minor = 11, mode = 438, uid = 0, gid = 0 }
   end,
}

local function new(fields)
   local given = { id = "web", rootfs = "/r", args = { "true" } }
   for name, value in pairs(fields or {}) do given[name] = value end
   local checked, wrong = config.create(given, { cwd = "/" })
   if not checked then error(wrong) end
   local origin = {}
   local made, err = spec.new(checked, { namespace = "x", machine = machine, origin = origin })
   return made, err and err.message, origin
end

local function mount_at(made, destination)
   for _, mount in ipairs(made.mounts) do
      if mount.destination == destination then return mount end
   end
end

describe("a privileged container", function()
   it("has what the machine has", function()
      local made, _, origin = new { privileged = true }

      for _, set in ipairs { "bounding", "effective", "permitted" } do
         assert.same(HAS, made.process.capabilities[set])
      end
      assert.is_nil(made.process.capabilities.inheritable)
      assert.is_nil(made.process.capabilities.ambient)
      assert.is_nil(made.linux.seccomp)
      assert.same({}, made.linux.maskedPaths)
      assert.same({}, made.linux.readonlyPaths)
      assert.same({ "nosuid", "noexec", "nodev", "rw" }, mount_at(made, "/sys").options)
      assert.same({ { allow = true, access = "rwm" } }, made.linux.resources.devices)
      assert.same({ "/dev/kmsg" }, { made.linux.devices[1].path, made.linux.devices[2] })
      for _, path in ipairs {
         "process.capabilities", "linux.seccomp", "linux.maskedPaths", "linux.readonlyPaths",
         "mounts[/sys]", "linux.resources.devices", "linux.devices[/dev/kmsg]",
      } do assert.equal("privileged", origin[path], path) end
   end)

   it("is not made of one that is said not to be", function()
      assert.same((new()), (new { privileged = false }))
   end)

   it("keeps what is said by an option of its own", function()
      local sys = { destination = "/sys", type = "sysfs", source = "sysfs", options = { "ro" } }
      local made, _, origin = new {
         privileged = true, cap_drop = { "KILL" }, seccomp = "builtin", mounts = { sys },
         masked_paths = { "/proc/kcore" }, device_cgroup_rules = { "c 5:* rwm" },
      }

      assert.same({ "CAP_CHOWN", "CAP_SYS_ADMIN" }, made.process.capabilities.bounding)
      assert.equal("privileged, cap_drop", origin["process.capabilities"])
      assert.is_table(made.linux.seccomp)
      assert.same({ "/proc/kcore" }, made.linux.maskedPaths)
      assert.same({ "ro" }, mount_at(made, "/sys").options)
      assert.equal("masked_paths", origin["linux.maskedPaths"])
      assert.equal(2, #made.linux.resources.devices)
   end)
end)

describe("capabilities that the machine does not have", function()
   it("are not among all", function()
      assert.same(HAS, new({ cap_add = { "ALL" } }).process.capabilities.bounding)
   end)

   it("are refused by name", function()
      local made, why = new { cap_add = { "KILL", "SYS_TIME" } }

      assert.is_nil(made)
      assert.equal("cap_add[2]: this machine does not have CAP_SYS_TIME "
         .. "(its bounding set lacks it)", why)
   end)
end)
