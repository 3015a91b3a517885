--- What a spec is made of: the concerns, in the order in which they are applied.
--
-- A concern is a module of neap.spec. It says which fields of a config it reads
-- (`options`), and which parts of a spec it answers for (`paths`). Of a spec that
-- is made anew each first puts in what is there by default (`begin`), and then,
-- in the same order, what the config asks for (`apply`). Both are pure: what has
-- to be looked up comes in with the context. What `apply` changes it notes in
-- `context.origin`: the path, and the option that changed it.
--
-- What a concern that `is_of_each` puts in differs from container to container; it
-- sets fields of the spec, its process, its root and its linux, and changes nothing
-- that is deeper. The rest is alike wherever their options are not used, and shared
-- (neap.spec.template).
--
-- A config's own `concerns = { mounts = fn }` takes a concern's place: fn is
-- called as `apply` is, and nothing is begun; `false` leaves it out.

local copy = require "neap.copy"

local concerns = {}

---@class neap.spec.Concern
---@field name string
---@field options string[]
---@field paths string[]  as in neap.spec.origin
---@field any_platform? boolean  not for Linux alone
---@field is_of_each? boolean
---@field begin? fun(spec: table, context: neap.spec.Context)
---@field apply? fun(spec: table, config: table, context: neap.spec.Context): true?, string?

--- Later ones may rely on what earlier ones put in.
local ORDER <const> = {
   "root", "process", "user", "hostname", "mounts", "namespaces", "userns", "network",
   "privileged", "capabilities", "privileges", "paths", "sysctl", "rlimits", "oom", "devices",
   "cdi", "cgroup", "reaper", "annotations", "apparmor", "selinux", "seccomp",
}

---@type neap.spec.Concern[]
concerns.list = {}
--- What a spec says that does not say its version: what containerd 1.6 writes.
concerns.version = "1.0.2-dev"
---@type table<string, neap.spec.Concern>
concerns.by_name = {}
--- Those that are of each container, and the others.
---@type neap.spec.Concern[], neap.spec.Concern[]
concerns.of_each, concerns.shared = {}, {}
for i, name in ipairs(ORDER) do
   local concern = require("neap.spec." .. name)
   concern.name = name
   concerns.list[i], concerns.by_name[name] = concern, concern
   table.insert(concern.is_of_each and concerns.of_each or concerns.shared, concern)
end

local function is_for(concern, context)
   return concern.any_platform or context.platform ~= "windows"
end

--- Put in what is there by default.
---@param spec table  filled
---@param config table
---@param context neap.spec.Context
---@param list neap.spec.Concern[]
function concerns.begin(spec, config, context, list)
   local replaced = config.concerns
   for _, concern in ipairs(list) do
      local is_begun = concern.begin and not (replaced and replaced[concern.name] ~= nil)
      if is_begun and is_for(concern, context) then concern.begin(spec, context) end
   end
end

--- A spec as it is by default.
---@param config table
---@param context neap.spec.Context
---@return table
function concerns.new(config, context)
   local spec = { ociVersion = concerns.version, [context.platform or "linux"] = {} }
   concerns.begin(spec, config, context, concerns.list)
   return spec
end

--- One of the user's own, which notes nothing: what it changed is what differs.
local function apply_own(own, name, spec, config, context)
   local before = copy.deep(spec)
   local ok, why = own(spec, config, context)
   require("neap.spec.origin").note(context.origin, before, spec, "concerns." .. name)
   return ok, why
end

local function apply_one(concern, spec, config, context)
   local own = config.concerns and config.concerns[concern.name]
   if own == false then return true end
   local ok, why = true, nil
   if own then
      ok, why = apply_own(own, concern.name, spec, config, context)
   elseif concern.apply and is_for(concern, context) then
      ok, why = concern.apply(spec, config, context)
   end
   if ok == nil and why then return nil, why end
   return true
end

--- Put in what a config asks for.
---@param spec table  filled
---@param config table
---@param context neap.spec.Context
---@param list neap.spec.Concern[]
---@return true? ok
---@return string? why
function concerns.apply(spec, config, context, list)
   for _, concern in ipairs(list) do
      local ok, why = apply_one(concern, spec, config, context)
      if not ok then return nil, why end
   end
   return true
end

return concerns
