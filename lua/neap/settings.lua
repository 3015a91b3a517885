--- What the program was told before it ran anything: options, then variables.
--
-- Empty in any other host, where only what a script says counts.

local loglevel = require "neap.loglevel"

---@class neap.Settings
---@field in_program? boolean
---@field address? string    of containerd, as --address or CONTAINERD_ADDRESS gave it
---@field engine? string     a directory: --engine or NEAP_ENGINE
---@field namespace? string
---@field log_level? string
---@field trace? string      where each RPC is written to, one JSON line each
---@field json? boolean      machine-readable output
local settings = {}

local VARIABLES <const> = {
   address = "CONTAINERD_ADDRESS",
   namespace = "CONTAINERD_NAMESPACE",
   engine = "NEAP_ENGINE",
   log_level = "NEAP_LOG",
   trace = "NEAP_TRACE",
}

--- What a variable says; an empty one says nothing.
local function variable(getenv, field)
   local value = getenv(VARIABLES[field])
   return value ~= "" and value or nil
end

-- An option, even the other one, goes before both variables.
local function read_place(options, getenv)
   if options.address and options.engine then
      return nil, "--address and --engine exclude each other"
   end
   if options.address or options.engine then
      return { address = options.address, engine = options.engine }
   end

   local place = {
      address = variable(getenv, "address"), engine = variable(getenv, "engine"),
   }
   if place.address and place.engine then
      return nil, ("%s and %s are both set, and exclude each other"):format(
         VARIABLES.address, VARIABLES.engine
      )
   end
   return place
end

local function check(found, options)
   for _, field in ipairs { "address", "engine", "namespace", "trace" } do
      if found[field] == "" then return nil, ("--%s is empty"):format(field) end
   end
   if not found.log_level then return found end

   local level, why = loglevel.parse(found.log_level)
   if not level then
      return nil, (options.log_level and "--log-level: " or "NEAP_LOG: ") .. why
   end
   found.log_level = level
   return found
end

--- Decide what counts. Pure: nothing is set.
---@param options neap.program.Options
---@param getenv fun(name: string): string?
---@return neap.Settings? settings
---@return string? why  a usage error
function settings.resolve(options, getenv)
   local found, why = read_place(options, getenv)
   if not found then return nil, why end

   for _, field in ipairs { "namespace", "log_level", "trace" } do
      found[field] = options[field] or variable(getenv, field)
   end
   found.json = options.json or false
   return check(found, options)
end

--- Make `found` the program's settings, which neap.connect reads.
---@param found neap.Settings
function settings.apply(found)
   for field, value in pairs(found) do settings[field] = value end
   settings.in_program = true
end

return settings
