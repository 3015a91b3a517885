--- What a container has for itself, apart from the host's.

local namespaces = { options = {}, paths = { "linux.namespaces" } }

local OWN <const> = { "pid", "ipc", "uts", "mount", "network" }

---@param spec table
function namespaces.begin(spec)
   local list = {}
   for i, kind in ipairs(OWN) do list[i] = { type = kind } end
   spec.linux.namespaces = list
end

return namespaces
