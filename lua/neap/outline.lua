--- The part of a record's spec that starting, exec and the bundle ask for. It is
--- kept with the handle, for decoding all of a spec costs more than a call does.

local core = require "neap.core"

local outline = {}

--- Remember it of the spec that `text` encodes.
---@param container neap.Container
---@param text string
---@param spec table
---@return table outline
function outline.keep(container, text, spec)
   local linux = spec.linux or {}
   local kept = {
      process = spec.process, root = spec.root,
      linux = {
         namespaces = linux.namespaces,
         uidMappings = linux.uidMappings, gidMappings = linux.gidMappings,
      },
   }
   core.state(container).outline = { text = text, spec = kept }
   return kept
end

--- The process, the root, the namespaces and the id mappings of a container's spec, to be
--- read only; nil where the record's spec is not JSON.
---@param container neap.Container
---@return table? outline
function outline.of(container)
   local known = core.state(container).outline
   if known and core.container_has_spec(container, known.text) then return known.spec end
   local any, spec = core.container_fields.spec_any(container), container.spec
   return spec and outline.keep(container, any.value, spec)
end

return outline
