--- Limits on a container, in docker's words or OCI's, as OCI's LinuxResources.
--
-- Only what is given is in the result: a limit that is sent is a limit that is
-- set. The same words work in a config and in task:update.

local defaults = require "neap.defaults"
local escape = require "neap.escape"
local fields = require "neap.fields"
local words = require "neap.resources.words"

local resources = {}

--- Every word that says something about limits.
---@type table<string, true>
resources.fields = { cpus = true }
for _, map in ipairs { words.docker, words.oci, words.plain } do
   for name in pairs(map) do resources.fields[name] = true end
end

local function put(result, section, name, value)
   result[section] = result[section] or {}
   if result[section][name] ~= nil then
      return nil, ("%s.%s is given twice"):format(section, name)
   end
   result[section][name] = value
   return true
end

local function put_section(result, section, given)
   local known = words.oci[section]
   local ok, unknown = fields.check(given, known)
   if not ok then return nil, ("%s.%s"):format(section, unknown) end

   for _, name in ipairs(fields.names(given)) do
      local value, why = known[name](given[name])
      if value == nil then return nil, ("%s.%s: %s"):format(section, name, why) end
      local put_ok, twice = put(result, section, name, value)
      if not put_ok then return nil, twice end
   end
   return true
end

--- cpus=1.5 is docker's short way to say quota and period.
local function put_cpus(result, value)
   if type(value) ~= "number" or not (value >= 0.01 and value <= 1e5) then
      return nil, ("cpus: %s is not a number of processors (0.01 or more)"):format(
         escape.show(value)
      )
   end
   local cpu = result.cpu or {}
   if cpu.quota or cpu.period then
      return nil, "cpus: excludes cpu_quota and cpu_period, which say the same"
   end
   cpu.period = defaults.cpu_period
   cpu.quota = math.floor(value * cpu.period + 0.5)
   result.cpu = cpu
   return true
end

local function check_swap(result)
   local memory = result.memory or {}
   local limit, swap = memory.limit, memory.swap
   if limit and swap and swap ~= -1 and swap < limit then
      return nil, ("memory_swap: %d is less than memory, which it includes (%d; -1: unlimited)")
         :format(swap, limit)
   end
   return true
end

--- Put one field, whichever language it is in.
local function put_field(result, name, value)
   local word = words.docker[name]
   if word and not (words.oci[name] and type(value) == "table") then
      local section, key, check = table.unpack(word)
      local checked, why = check(value)
      if checked == nil then return nil, ("%s: %s"):format(name, why) end
      return put(result, section, key, checked)
   end

   local ok, why = words.table(value)
   if not ok then return nil, ("%s: %s"):format(name, why) end
   if words.oci[name] then return put_section(result, name, value) end
   result[name] = value
   return true
end

local NAMES <const> = fields.names(resources.fields)

--- Read the limits among `given`'s fields; other fields are not looked at.
---@param given table
---@return table? limits  OCI's LinuxResources; empty where nothing is limited
---@return string? why  names the field
function resources.parse(given)
   local result = {}
   for _, name in ipairs(NAMES) do
      if given[name] ~= nil and name ~= "cpus" then
         local ok, why = put_field(result, name, given[name])
         if not ok then return nil, why end
      end
   end

   -- These look at what else is given.
   local ok, why = true, nil
   if given.cpus ~= nil then ok, why = put_cpus(result, given.cpus) end
   if ok then ok, why = check_swap(result) end
   if not ok then return nil, why end
   return result
end

--- Read what task:update is given: limits and nothing else.
---@param given table
---@return table? limits
---@return string? why  names the field
function resources.update(given)
   local ok, unknown = fields.check(given, resources.fields)
   if not ok then return nil, unknown end
   return resources.parse(given)
end

return resources
