local copy = require "neap.copy"
local difference = require "neap.spec.difference"
local json = require "neap.json"
local oci = require "support.oci"
local origin = require "neap.spec.origin"
local spec = require "neap.spec"
local valid = require "neap.spec.valid"

local make, context = oci.noted, oci.context

--- A config's part for each option of the concerns; what `made` needs beside it.
local SAMPLES <const> = {
   rootfs = { rootfs = "/other" },
   image = { rootfs = false, image = "an-image" },
   rootfs_overlay = { rootfs_overlay = true },
   readonly = { readonly = true },
   args = { args = { "other" } },
   entrypoint = { entrypoint = { "sh" } },
   env = { env = { "A=1", "PATH=/bin" } },
   env_file = { env_file = { "/vars" } },
   cwd = { cwd = "/tmp" },
   terminal = { terminal = true },
   console_size = { terminal = true, console_size = { width = 80, height = 24 } },
   user = { user = { uid = 5, gid = 6 } },
   groups = { groups = { 7 } },
   hostname = { hostname = "box" },
   domainname = { domainname = "example" },
   mounts = { mounts = { { destination = "/data", type = "tmpfs", source = "tmpfs" } } },
   tmpfs = { tmpfs = { { destination = "/t", type = "tmpfs", source = "tmpfs" } } },
   shm_size = { shm_size = 4096 },
   network = { network = { kind = "host" } },
   pid = { pid = { kind = "host" } },
   ipc = { ipc = { kind = "host" } },
   uts = { uts = { kind = "host" } },
   cgroupns = { cgroupns = { kind = "private" } },
   userns = { userns = {
      uidMappings = { { containerID = 0, hostID = 1000, size = 1 } },
      gidMappings = { { containerID = 0, hostID = 1000, size = 1 } },
   } },
   cap_add = { cap_add = { "CAP_SYS_TIME" } },
   cap_drop = { cap_drop = { "ALL" } },
   no_new_privileges = { no_new_privileges = true },
   privileged = { privileged = true },
   apparmor = { apparmor = "mine" },
   selinux = { selinux = { type = "mine_t" } },
   seccomp = { seccomp = { kind = "unconfined" } },
   masked_paths = { masked_paths = { "/proc/kcore" } },
   readonly_paths = { readonly_paths = {} },
   sysctl = { sysctl = { ["net.ipv4.ip_forward"] = "1", ["kernel.sem"] = "1" } },
   ulimits = { ulimits = { { type = "RLIMIT_NOFILE", soft = 1, hard = 1 } } },
   oom_score_adj = { oom_score_adj = 5 },
   init = { init = "/usr/bin/tini-static" },
   annotations = { annotations = { ["a.b"] = "c" } },
   devices = { devices = {
      { host = "/dev/fuse", path = "/dev/fuse", permissions = "rwm" }, { cdi = "a.b/c=d" },
   } },
   device_cgroup_rules = { device_cgroup_rules = { { allow = true, type = "a", access = "rwm" } } },
}
local LIMITS <const> = { resources = {
   memory = { limit = 1 << 20 }, cpu = { quota = 1000 }, unified = { ["memory.max"] = "1" },
} }
for name in pairs(require "neap.resources".fields) do SAMPLES[name] = LIMITS end

--- Where every file is a device, but for one that says what another is.
local MACHINE <const> = {
   exists = function() return true end,
   stat = function()
      return { type = "device", device = "c", major = 1, minor = 2, mode = 438, uid = 0, gid = 0 }
   end,
   cgroup = function() return nil end,
   list = function() return { "vendor.json" } end,
   has_apparmor = function() return true end,
   has_profile = function(name) return name == "mine" end,
   has_selinux = function() return true end,
   read = function(path)
      if path:find "lxc_contexts" then return 'process = "u:r:t:s0"\nfile = "u:r:f:s0"\n' end
      return json.encode { cdiVersion = "0.7.0", kind = "a.b/c", devices = { {
         name = "d", containerEdits = {
            env = { "D=1" }, deviceNodes = { { path = "/dev/d" } }, additionalGids = { 5 },
            mounts = { { hostPath = "/d", containerPath = "/d", options = { "bind" } } },
            hooks = { { hookName = "poststop", path = "/bin/true" } },
            intelRdt = { closID = "d" },
         },
      } } }
   end,
}

describe("each option", function()
   local default, known

   setup(function() default, known = spec.default(context), {} end)
   teardown(function() default, known = nil, nil end)

   --- What a sample changes: the paths, and the options that are noted for them.
   --- Made once: all limits have one sample.
   local function changes_of(sample)
      if known[sample] then return known[sample] end
      local fields = copy.deep(sample)
      if fields.rootfs == nil then fields.rootfs = "/rootfs" end
      fields.rootfs = fields.rootfs or nil
      local made, notes = make(fields, { machine = MACHINE })
      assert(valid.check(made)) -- which is asked only of specs of the user's own
      local found = {}
      for _, changed in ipairs(difference.list(default, made)) do
         if not changed.order then found[changed.path] = origin.option(notes, changed.path) end
      end
      known[sample] = found
      return found
   end

   --- What is wrong with the notes about an option; a list, added to.
   local function judge(name, problems)
      local sample = SAMPLES[name]
      if not sample then
         problems[#problems + 1] = name .. " has no sample config: add one to SAMPLES"
         return
      end
      local is_default = name == "image" or name == "rootfs_overlay" -- the same root.path
      local has_own = is_default or sample == LIMITS
      local changes = changes_of(sample)
      for path, option in pairs(changes) do
         if option == "default" then
            problems[#problems + 1] = ("%s changes %s, which is not noted"):format(name, path)
         end
         has_own = has_own or option:find(name, 1, true) ~= nil
      end
      if not next(changes) then problems[#problems + 1] = name .. " changes nothing" end
      if not has_own then problems[#problems + 1] = "nothing is noted as set by " .. name end
   end

   for _, concern in ipairs(require "neap.spec.concerns".list) do
      it("of " .. concern.name .. " is noted wherever it changes the spec", function()
         local problems = {}
         for _, name in ipairs(concern.options) do judge(name, problems) end
         assert.same({}, problems)
      end)
   end
end)
