--- What the specs of most containers have in common, made once.
--
-- Where nothing is asked of a concern, what it puts into a spec is the same for every
-- container, and making and encoding that again was a third of what a container
-- costs in Lua. So such specs share it. It is to be read only: where somebody may
-- write, the user's function or a policy, a spec is made from nothing.

local concerns = require "neap.spec.concerns"
local copy = require "neap.copy"
local defaults = require "neap.defaults"
local json = require "neap.json"

local template = {}

--- The options of the concerns whose parts are shared.
local SHARED <const> = {}
for _, concern in ipairs(concerns.shared) do
   for _, option in ipairs(concern.options) do SHARED[option] = true end
end

--- Is all that is asked for of the concerns that are of each container?
---@param config table
---@param context neap.spec.Context
---@return boolean
function template.fits(config, context)
   local may_share = context.shares and not context.is_foreign
   if not may_share or context.platform == "windows" then return false end
   for option in pairs(config) do
      if SHARED[option] then return false end
   end
   return true
end

--- What a concern of each container owns; the tables below are anybody's.
local OWN <const> = { root = true, process = true, linux = true }

--- Nobody writes to what is shared, so its text is made once, too.
local function keep(made)
   for name, value in pairs(made) do
      for _, part in pairs(OWN[name] and value or { value }) do
         if type(part) == "table" then json.keep(part) end
      end
   end
end

local made = setmetatable({}, { __mode = "k" }) ---@type table<neap.Machine, table>

--- The one for a machine; again, where a default has been changed since.
local function of(context)
   local known = made[context.machine]
   if known and known.shm_size == defaults.shm_size then return known.spec end

   local spec = concerns.new({}, context)
   local ok, why = concerns.apply(spec, {}, context, concerns.shared)
   if not ok then return nil, why end
   keep(spec)
   made[context.machine] = { spec = spec, shm_size = defaults.shm_size }
   return spec
end

--- A spec as `config` has it, which the template fits.
---@param config table
---@param context neap.spec.Context
---@return table? spec  what is shared of it is to be read only
---@return string|neap.Error|nil why
function template.spec(config, context)
   local common, unmade = of(context)
   if not common then return nil, unmade end
   local spec = copy.shallow(common)
   for part in pairs(OWN) do spec[part] = copy.shallow(spec[part]) end
   for _, concern in ipairs(concerns.of_each) do
      if concern.begin then concern.begin(spec, context) end
   end
   for _, concern in ipairs(concerns.of_each) do
      local ok, why = concern.apply(spec, config, context)
      if ok == nil and why then return nil, why end
   end
   return spec
end

return template
