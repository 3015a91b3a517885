--- What containers have to carry on an engine of Neap's own, since its socket is
--- not the only thing that tells them from others.

local core = require "neap.core"
local layout = require "neap.engine.layout"
local path = require "neap.path"

local own = {}

---@class neap.engine.Own
---@field dir string
---@field runc_root string
---@field cgroup_prefix string
---@field options table  the runtime options of its containers: an Any for Tasks/Create

--- On the engine under `dir`, which has those places.
---@param dir? string
---@param places neap.engine.Layout
---@return neap.engine.Own
function own.carried(dir, places)
   local runc_root, cgroup_prefix = layout.isolation(places)
   return {
      dir = dir,
      runc_root = runc_root,
      cgroup_prefix = cgroup_prefix,
      options = { type_url = "containerd.runc.v1.Options", value = { root = runc_root } },
   }
end

--- On the engine whose socket is at `address`; nil when it is somebody else's
--- containerd.
---@param address string
---@return neap.engine.Own?
function own.at(address)
   local real = core.path.resolve(address) or path.absolute(address)
   local places = layout.at(real)
   local file = places and io.open(places.owner)
   local dir = file and file:read "l"
   if file then file:close() end
   return dir and own.carried(dir, places) or nil
end

return own
