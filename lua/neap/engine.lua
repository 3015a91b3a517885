--- The embedded engine: a containerd of Neap's own, started when it is needed,
--- found again by whoever comes later, and stopped on request. Its containers
--- outlive it, and it outlives us.

local defaults = require "neap.defaults"

local layout = require "neap.engine.layout"
local options = require "neap.engine.options"
local own = require "neap.engine.own"
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

--- What containers have to carry on the engine under `dir`, whether it runs or not.
---@param dir? string
---@return neap.engine.Own
function engine.carried(dir) return own.carried(dir, options.places(dir)) end

--- What containers have to carry on one of Neap's own engines; nil when the
--- socket at `address` is somebody else's containerd.
---@type fun(address: string): neap.engine.Own?
engine.own = own.at

return engine
