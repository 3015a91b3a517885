--- The cgroups that an engine's containers leave: runc removes a container's own,
--- and not those above it.

local core = require "neap.core"

local cgroups = {}

local fs = core.fs

local ROOT <const> = "/sys/fs/cgroup"

--- Remove a directory of cgroups, the inner ones first; those in use stay.
local function remove(path, depth)
   local names = fs.list(path)
   if not names then return end
   for _, name in ipairs(names) do
      local inner = path .. "/" .. name
      local found = depth > 0 and fs.lstat(inner)
      if found and found.type == "directory" then remove(inner, depth - 1) end
   end
   fs.rmdir(path)
end

--- Remove what is empty under `prefix` ("/neap-0a1b2c3d"), in every hierarchy.
---@param prefix string
function cgroups.sweep(prefix)
   remove(ROOT .. prefix, 2) -- version 2: namespace, id
   for _, controller in ipairs(fs.list(ROOT) or {}) do
      local path = ROOT .. "/" .. controller .. prefix
      if fs.lstat(path) then remove(path, 2) end
   end
end

return cgroups
