--- Namespaces, cgroup and what of /proc and /sys is out of reach.

local copy = require "neap.copy"
local devices = require "neap.spec.devices"
local json = require "neap.json"
local mounts = require "neap.spec.mounts"

local linux = {}

local NAMESPACES <const> = { "pid", "ipc", "uts", "mount", "network" }
local MASKED <const> = {
   "/proc/acpi", "/proc/asound", "/proc/kcore", "/proc/keys", "/proc/latency_stats",
   "/proc/timer_list", "/proc/timer_stats", "/proc/sched_debug", "/sys/firmware",
   "/proc/scsi",
}
local READONLY <const> = {
   "/proc/bus", "/proc/fs", "/proc/irq", "/proc/sys", "/proc/sysrq-trigger",
}

local function list_of(source)
   return json.array(table.move(source, 1, #source, 1, {}))
end

--- Where in the cgroup tree: containerd's own place, or under the prefix of an
--- engine of Neap's, since cgroup paths are the whole machine's.
---@param context neap.spec.Context
---@return string
function linux.cgroups_path(context)
   return ("%s/%s/%s"):format(context.cgroup_prefix or "", context.namespace, context.id)
end

---@param context neap.spec.Context
---@return table
function linux.defaults(context)
   local namespaces = {}
   for i, kind in ipairs(NAMESPACES) do namespaces[i] = { type = kind } end
   return {
      namespaces = namespaces,
      maskedPaths = list_of(MASKED),
      readonlyPaths = list_of(READONLY),
      cgroupsPath = linux.cgroups_path(context),
      resources = { devices = devices.rules() },
   }
end

local function put_resources(spec, resources)
   if not resources or not next(resources) then return end

   local target = spec.linux.resources or {}
   spec.linux.resources = target
   for section, limits in pairs(resources) do
      target[section] = copy.deep(limits)
   end
end

--- Does one of the mappings give the container this id?
local function maps(mappings, wanted)
   for _, mapping in ipairs(mappings) do
      local first = mapping.containerID
      if wanted >= first and wanted < first + mapping.size then return true end
   end
   return false
end

local function put_userns(spec, userns)
   if not userns then return end

   local namespaces = spec.linux.namespaces or {}
   spec.linux.namespaces = namespaces
   table.insert(namespaces, 1, { type = "user" })
   spec.linux.uidMappings = copy.deep(userns.uidMappings)
   spec.linux.gidMappings = copy.deep(userns.gidMappings)

   -- devpts gives terminals to the group tty, where the container has one.
   local pts = mounts.find(spec.mounts or {}, "/dev/pts")
   if pts and not maps(userns.gidMappings, 5) then mounts.set_option(pts, "gid") end
end

--- Put what a config says about the kernel's side into a spec.
---@param spec table
---@param config table
---@param context neap.spec.Context
function linux.apply(spec, config, context)
   spec.linux = spec.linux or {}
   spec.linux.cgroupsPath = spec.linux.cgroupsPath or linux.cgroups_path(context)
   if config.masked_paths then spec.linux.maskedPaths = list_of(config.masked_paths) end
   if config.readonly_paths then spec.linux.readonlyPaths = list_of(config.readonly_paths) end
   if config.sysctl then spec.linux.sysctl = copy.deep(config.sysctl) end
   put_resources(spec, config.resources)
   put_userns(spec, config.userns)
end

return linux
