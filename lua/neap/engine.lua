--- The embedded engine: a containerd of Neap's own, started when it is needed,
--- found again by whoever comes later, and stopped on request. Its containers
--- outlive it, and it outlives us.

local core = require "neap.core"
local defaults = require "neap.defaults"

local layout = require "neap.engine.layout"
local options = require "neap.engine.options"
local path = require "neap.path"
local status = require "neap.engine.status"

local engine = {
   default_dir = defaults.engine_directory,
   start = require "neap.engine.start",
   stop = require "neap.engine.stop",
}

--- Tell whether the engine under `dir` runs, and where it is.
---@param given? neap.engine.Options
---@return neap.engine.Status? status
---@return table? err
function engine.status(given) return status.find("engine.status", given) end

--- The socket of the engine under `dir`, whether it runs or not.
---@param dir? string
---@param run? string
---@return string
function engine.address(dir, run) return options.places(dir, run).address end

--- runc's state directory for the containers of the engine under `dir`.
---@param dir? string
---@param run? string
---@return string
function engine.runc_root(dir, run) return (layout.isolation(options.places(dir, run))) end

--- What the cgroup paths of its containers begin with: "/neap-0a1b2c3d".
---@param dir? string
---@param run? string
---@return string
function engine.cgroup_prefix(dir, run)
   return (select(2, layout.isolation(options.places(dir, run))))
end

---@class neap.engine.Own
---@field dir string
---@field runc_root string
---@field cgroup_prefix string
---@field options table  the runtime options of its containers: an Any for Tasks/Create

local function carried(dir, places)
   local runc_root, cgroup_prefix = layout.isolation(places)
   return {
      dir = dir,
      runc_root = runc_root,
      cgroup_prefix = cgroup_prefix,
      options = { type_url = "containerd.runc.v1.Options", value = { root = runc_root } },
   }
end

--- What containers have to carry on the engine under `dir`, whether it runs or not.
---@param dir? string
---@return neap.engine.Own
function engine.carried(dir) return carried(dir, options.places(dir)) end

--- What containers have to carry on one of Neap's own engines; nil when the
--- socket at `address` is somebody else's containerd.
---@param address string
---@return neap.engine.Own?
function engine.own(address)
   local real = core.path.resolve(address) or path.absolute(address)
   local places = layout.at(real)
   local file = places and io.open(places.owner)
   local dir = file and file:read "l"
   if file then file:close() end
   if not dir then return nil end
   return carried(dir, places)
end

return engine
