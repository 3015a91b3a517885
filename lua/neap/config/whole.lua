--- A whole spec: it excludes the fields it has itself.

local fields = require "neap.fields"

local whole = {}

--- Where the spec says what a field says.
local PLACES <const> = {
   rootfs = { "root", "path" },
   rootfs_overlay = { "root", "path" },
   readonly = { "root", "readonly" },
   args = { "process", "args" },
   entrypoint = { "process", "args" },
   env = { "process", "env" },
   env_file = { "process", "env" },
   cwd = { "process", "cwd" },
   user = { "process", "user" },
   groups = { "process", "user", "additionalGids" },
   terminal = { "process", "terminal" },
   console_size = { "process", "consoleSize" },
   cap_add = { "process", "capabilities" },
   cap_drop = { "process", "capabilities" },
   no_new_privileges = { "process", "noNewPrivileges" },
   privileged = { "process", "capabilities" },
   apparmor = { "process", "apparmorProfile" },
   selinux = { "process", "selinuxLabel" },
   seccomp = { "linux", "seccomp" },
   ulimits = { "process", "rlimits" },
   oom_score_adj = { "process", "oomScoreAdj" },
   hostname = { "hostname" },
   domainname = { "domainname" },
   annotations = { "annotations" },
   mounts = { "mounts" },
   shm_size = { "mounts" },
   tmpfs = { "mounts" },
   network = { "linux", "namespaces" },
   pid = { "linux", "namespaces" },
   ipc = { "linux", "namespaces" },
   uts = { "linux", "namespaces" },
   cgroupns = { "linux", "namespaces" },
   userns = { "linux", "uidMappings" },
   masked_paths = { "linux", "maskedPaths" },
   readonly_paths = { "linux", "readonlyPaths" },
   devices = { "linux", "devices" },
   device_cgroup_rules = { "linux", "resources", "devices" },
   sysctl = { "linux", "sysctl" },
   resources = { "linux", "resources" },
}

local function at(spec, place)
   local value = spec
   for _, name in ipairs(place) do
      if type(value) ~= "table" then return nil end
      value = value[name]
   end
   return value
end

--- Check a config whose `spec` is a table.
---@param checked table
---@return true? ok
---@return string? why  names the field and the spec's own
function whole.check(checked)
   for _, name in ipairs(fields.names(PLACES)) do
      if checked[name] ~= nil and at(checked.spec, PLACES[name]) ~= nil then
         return nil, ("%s: the spec has %s itself"):format(
            name, table.concat(PLACES[name], ".")
         )
      end
   end
   if checked.image and checked.rootfs then
      return nil, "image, rootfs: both are given (at most one beside a whole spec)"
   end
   if not checked.image and not checked.rootfs and not at(checked.spec, { "root", "path" }) then
      return nil, "image, rootfs: neither is given, and the spec has no root.path"
   end
   return true
end

return whole
