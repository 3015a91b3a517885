---@meta

-- What `core.yaml` offers (bindings/yaml.c).

---@class neap.core.yaml
local yaml = {}

---Read YAML, one document of what JSON can say too, as json.decode reads JSON.
---Plain scalars are what YAML 1.2's core schema takes them for, and octal with a
---leading 0.
---@param text string
---@return neap.json.value value
---@return neap.error? err  `invalid_argument`: the line and the column
function yaml.decode(text) end

return yaml
