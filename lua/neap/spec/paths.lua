--- What of /proc and /sys is out of reach.

local copy = require "neap.copy"

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

---@param spec table
function paths.begin(spec)
   spec.linux.maskedPaths = copy.list(MASKED)
   spec.linux.readonlyPaths = copy.list(READONLY)
end

---@param spec table
---@param config table
---@param context neap.spec.Context
function paths.apply(spec, config, context)
   if config.masked_paths then
      spec.linux.maskedPaths = copy.list(config.masked_paths)
      context.origin["linux.maskedPaths"] = "masked_paths"
   end
   if config.readonly_paths then
      spec.linux.readonlyPaths = copy.list(config.readonly_paths)
      context.origin["linux.readonlyPaths"] = "readonly_paths"
   end
end

return paths
