--- What is noted in the spec for the runtime and its hooks.

local copy = require "neap.copy"

local annotations = { options = { "annotations" }, paths = { "annotations" }, any_platform = true }

---@param spec table
---@param config table
---@param context neap.spec.Context
function annotations.apply(spec, config, context)
   if not config.annotations then return end
   spec.annotations = copy.deep(config.annotations)
   context.origin.annotations = "annotations"
end

return annotations
