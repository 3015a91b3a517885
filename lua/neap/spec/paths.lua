--- What of /proc and /sys is out of reach.

local json = require "neap.json"

local paths = {
   options = { "masked_paths", "readonly_paths" },
   paths = { "linux.maskedPaths", "linux.readonlyPaths" },
}

--- containerd 1.6.20's, and what it has masked since, as docker: how much current the
--- processors draw tells what they work on (CVE-2020-8694).
local MASKED <const> = {
   "/proc/acpi", "/proc/asound", "/proc/kcore", "/proc/keys", "/proc/latency_stats",
   "/proc/timer_list", "/proc/timer_stats", "/proc/sched_debug", "/sys/firmware",
   "/proc/scsi", "/sys/devices/virtual/powercap",
}
local READONLY <const> = {
   "/proc/bus", "/proc/fs", "/proc/irq", "/proc/sys", "/proc/sysrq-trigger",
}

local function list_of(source)
   return json.array(table.move(source, 1, #source, 1, {}))
end

---@param spec table
function paths.begin(spec)
   spec.linux.maskedPaths = list_of(MASKED)
   spec.linux.readonlyPaths = list_of(READONLY)
end

---@param spec table
---@param config table
---@param context neap.spec.Context
function paths.apply(spec, config, context)
   if config.masked_paths then
      spec.linux.maskedPaths = list_of(config.masked_paths)
      context.origin["linux.maskedPaths"] = "masked_paths"
   end
   if config.readonly_paths then
      spec.linux.readonlyPaths = list_of(config.readonly_paths)
      context.origin["linux.readonlyPaths"] = "readonly_paths"
   end
end

return paths
