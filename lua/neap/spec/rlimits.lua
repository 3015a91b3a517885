--- Limits on each of a container's processes. Without any, the engine's apply.

local copy = require "neap.copy"
local json = require "neap.json"

local rlimits = { options = { "ulimits" }, paths = { "process.rlimits" } }

---@param spec table
---@param config table
---@param context neap.spec.Context
function rlimits.apply(spec, config, context)
   if not config.ulimits then return end
   spec.process.rlimits = json.array(copy.deep(config.ulimits))
   context.origin["process.rlimits"] = "ulimits"
end

return rlimits
