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
   if not wanted or wanted.kind == "host" then return end

   local path
   if wanted.kind == "container" then
      -- The runtime wants to know the ids of a namespace that it joins, too.
      local other = context.joined[wanted.id]
      path = ("/proc/%d/ns/user"):format(other.pid)
      wanted = other.linux
   end
   local namespaces = spec.linux.namespaces or {}
   spec.linux.namespaces = namespaces
   table.insert(namespaces, 1, { type = "user", path = path })
   spec.linux.uidMappings = copy.deep(wanted.uidMappings)
   spec.linux.gidMappings = copy.deep(wanted.gidMappings)
   for _, changed in ipairs(userns.paths) do context.origin[changed] = "userns" end

   -- devpts gives terminals to the group tty, where the container has one.
   local pts = mounts.find(spec.mounts or {}, "/dev/pts")
   if pts and not maps(wanted.gidMappings or {}, 5) then
      mounts.set_option(pts, "gid")
      context.origin["mounts[/dev/pts]"] = "userns"
   end
end

return userns
