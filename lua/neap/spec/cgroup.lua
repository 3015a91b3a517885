--- Where a container is in the cgroup tree, and what it may use there.

local copy = require "neap.copy"
local resources = require "neap.resources"

local cgroup = {
   options = {}, paths = { "linux.cgroupsPath", "linux.resources" }, is_of_each = true,
}
for name in pairs(resources.fields) do table.insert(cgroup.options, name) end
table.sort(cgroup.options)

--- Where in the cgroup tree: containerd's own place, or under the prefix of an
--- engine of Neap's, since cgroup paths are the whole machine's.
---@param context neap.spec.Context
---@return string
function cgroup.path(context)
   return ("%s/%s/%s"):format(context.cgroup_prefix or "", context.namespace, context.id)
end

---@param spec table
---@param context neap.spec.Context
function cgroup.begin(spec, context)
   spec.linux.cgroupsPath = cgroup.path(context)
end

---@param spec table
---@param config table
---@param context neap.spec.Context
---@return true? ok
---@return string? why
function cgroup.apply(spec, config, context)
   spec.linux.cgroupsPath = spec.linux.cgroupsPath or cgroup.path(context)
   if not config.resources or not next(config.resources) then return true end
   local limits, words = require "neap.resources.host".check(
      config.resources, config.resource_words, context.machine
   )
   if not limits then return nil, words end

   local target = copy.shallow(spec.linux.resources or {})
   spec.linux.resources = target
   for section, limit in pairs(limits) do target[section] = limit end
   for place, word in pairs(words) do
      context.origin["linux.resources." .. place] = word:match "^[^.]+"
   end
   return true
end

return cgroup
