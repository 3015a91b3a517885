--- The fields of a config, and the check of each.
--
-- A check takes the value and the context and answers with the normalized
-- value, or nil, what is wrong, and the system's error name where there is one.
-- What is wrong begins with the field's name.

local duration = require "neap.duration"
local size = require "neap.size"
local strings = require "neap.config.strings"
local values = require "neap.config.values"

local named = values.named

local function timeout(value)
   if value == false then return false end
   return duration.parse(value)
end

--- Fields that only a container has. Limits are resources', apart.
local container = {
   entrypoint = function(value)
      local list, why = strings.list(value, "entrypoint")
      if list and list[1] == "" then return nil, "entrypoint[1]: the command is empty" end
      return list, why
   end,
   devices = values.late("neap.config.devices", "devices"),
   device_cgroup_rules = values.late("neap.config.devices", "device_cgroup_rules"),
}
for _, group in ipairs { "storage", "isolation", "security", "life" } do
   for name, check in pairs(require("neap.config." .. group)) do container[name] = check end
end

--- Fields that bound a run or an exec.
local bounds = {
   timeout = named("timeout", timeout),
   limit = named("limit", size.parse),
   drain = named("drain", duration.parse),
}

return {
   process = require "neap.config.process",
   container = container,
   bounds = bounds,
   --- What other tools call the same.
   other_words = {
      name = "id", command = "args", cmd = "args", environment = "env",
      workdir = "cwd", working_dir = "cwd", tty = "terminal", volumes = "mounts",
      volume = "mounts",
      overlay = "rootfs_overlay", label = "labels", read_only = "readonly", net = "network",
      network_mode = "network", pid_mode = "pid", ipc_mode = "ipc", uts_mode = "uts",
      userns_mode = "userns", cgroupns_mode = "cgroupns",
      mem_limit = "memory", rlimits = "ulimits", sysctls = "sysctl", root = "rootfs",
      group_add = "groups", stop_grace_period = "stop_timeout", device = "devices",
   },
}
