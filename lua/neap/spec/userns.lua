--- Which ids of the host a container's ids are.

local copy = require "neap.copy"
local mounts = require "neap.spec.mounts"

local userns = {
   options = { "userns" },
   paths = { "linux.uidMappings", "linux.gidMappings", "linux.namespaces[user]" },
}

--- Does one of the mappings give the container this id?
local function maps(mappings, wanted)
   for _, mapping in ipairs(mappings) do
      local first = mapping.containerID
      if wanted >= first and wanted < first + mapping.size then return true end
   end
   return false
end

---@param spec table
---@param config table
---@param context neap.spec.Context
function userns.apply(spec, config, context)
   local wanted = config.userns
   if not wanted then return end

   local namespaces = spec.linux.namespaces or {}
   spec.linux.namespaces = namespaces
   table.insert(namespaces, 1, { type = "user" })
   spec.linux.uidMappings = copy.deep(wanted.uidMappings)
   spec.linux.gidMappings = copy.deep(wanted.gidMappings)
   for _, path in ipairs(userns.paths) do context.origin[path] = "userns" end

   -- devpts gives terminals to the group tty, where the container has one.
   local pts = mounts.find(spec.mounts or {}, "/dev/pts")
   if pts and not maps(wanted.gidMappings, 5) then
      mounts.set_option(pts, "gid")
      context.origin["mounts[/dev/pts]"] = "userns"
   end
end

return userns
