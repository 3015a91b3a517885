--- What a container calls itself.

local defaults = require "neap.defaults"

local hostname = { options = { "hostname" }, paths = { "hostname" }, any_platform = true }

--- A host name is shorter than an id may be.
local function from_id(id)
   return (id:sub(1, defaults.hostname_length):gsub("[._-]+$", ""))
end

---@param spec table
---@param context neap.spec.Context
function hostname.begin(spec, context)
   spec.hostname = from_id(context.id)
end

---@param spec table
---@param config table
---@param context neap.spec.Context
function hostname.apply(spec, config, context)
   if not config.hostname then return end
   spec.hostname = config.hostname
   context.origin.hostname = "hostname"
end

return hostname
