--- Limits on a container, in docker's words or OCI's, as OCI's LinuxResources.
--
-- Only what is given is in the result: a limit that is sent is a limit that is
-- set. The same words work in a config and in task:update. What of it the machine
-- can do is for neap.resources.host to say.

local defaults = require "neap.defaults"
local escape = require "neap.escape"
local fields = require "neap.fields"
local together = require "neap.resources.together"
local words = require "neap.resources.words"

local resources = {}

---@alias neap.resources.Words table<string, string>  "cpu.quota" -> the field that said so

--- Every word that says something about limits.
---@type table<string, true>
resources.fields = { cpus = true }
for _, map in ipairs { words.docker, words.oci, words.plain } do
   for name in pairs(map) do resources.fields[name] = true end
end

--- What is read, and by which words.
---@class (private) neap.resources.Reading
---@field limits table
---@field by neap.resources.Words

local function put(reading, word, section, name, value)
   local path = name and section .. "." .. name or section
   if reading.by[path] then
      return nil, ("%s: %s is given twice (%s)"):format(word, path, reading.by[path])
   end
   reading.by[path] = word
   if name then
      reading.limits[section] = reading.limits[section] or {}
      reading.limits[section][name] = value
   else
      reading.limits[section] = value
   end
   return true
end

local function put_section(reading, section, given)
   local known = words.oci[section]
   local ok, unknown = fields.check(given, known)
   if not ok then return nil, ("%s.%s"):format(section, unknown) end

   for _, name in ipairs(fields.names(given)) do
      local word = section .. "." .. name
      local value, why = known[name](given[name])
      if value == nil then return nil, ("%s: %s"):format(word, why) end
      local put_ok, twice = put(reading, word, section, name, value)
      if not put_ok then return nil, twice end
   end
   return true
end

--- cpus=1.5 is docker's short way to say quota and period.
local function put_cpus(reading, value)
   if type(value) ~= "number" or not (value >= 0.01 and value <= 1e5) then
      return nil, ("cpus: %s is not a number of processors (0.01 or more)"):format(
         escape.show(value)
      )
   end
   if reading.by["cpu.quota"] or reading.by["cpu.period"] then
      return nil, "cpus: excludes cpu_quota and cpu_period, which say the same"
   end
   local period = defaults.cpu_period
   put(reading, "cpus", "cpu", "period", period)
   return put(reading, "cpus", "cpu", "quota", math.floor(value * period + 0.5))
end

--- Put one field, whichever language it is in.
local function put_field(reading, name, value)
   local word = words.docker[name]
   if word and not (words.oci[name] and type(value) == "table") then
      local section, key, check = table.unpack(word, 1, 3)
      local checked, why = check(value)
      if checked == nil then return nil, ("%s: %s"):format(name, why) end
      return put(reading, name, section, key, checked)
   end

   local ok, why = words.table(value)
   if not ok then return nil, ("%s: %s"):format(name, why) end
   if words.oci[name] then return put_section(reading, name, value) end
   return put(reading, name, name, nil, value)
end

local NAMES <const> = fields.names(resources.fields)

local function read(given)
   local reading = { limits = {}, by = {} }
   for _, name in ipairs(NAMES) do
      if given[name] ~= nil and name ~= "cpus" then
         local ok, why = put_field(reading, name, given[name])
         if not ok then return nil, why end
      end
   end
   -- It looks at what else is given.
   if given.cpus ~= nil then
      local ok, why = put_cpus(reading, given.cpus)
      if not ok then return nil, why end
   end
   return reading
end

--- Read the limits among `given`'s fields; other fields are not looked at.
---@param given table
---@return table? limits  OCI's LinuxResources; empty where nothing is limited
---@return string|neap.resources.Words words  or, without limits, why: names the field
function resources.parse(given)
   local reading, why = read(given)
   if not reading then return nil, why end
   local ok, unfit = together.check(reading.limits, reading.by, true)
   if not ok then return nil, unfit end
   return reading.limits, reading.by
end

--- What runc's update looks at (its update.go); the rest it leaves out, and says
--- that all is well.
local CHANGEABLE <const> = {
   ["memory.limit"] = true, ["memory.reservation"] = true, ["memory.swap"] = true,
   ["blockIO.weight"] = true, unified = true,
}

local function find_fixed(by)
   for _, place in ipairs(fields.names(by)) do
      local is_changeable = CHANGEABLE[place] or place:find "^cpu%." or place:find "^pids%."
      if not is_changeable then return by[place] end
   end
end

--- Read what task:update is given: limits and nothing else. What it leaves out
--- stays as it is, so that less can be said of what fits together.
---@param given table
---@return table? limits
---@return string|neap.resources.Words words  as above
function resources.update(given)
   local ok, unknown = fields.check(given, resources.fields)
   if not ok then return nil, unknown end
   local reading, why = read(given)
   if not reading then return nil, why end
   local fixed = find_fixed(reading.by)
   if fixed then
      return nil, ("%s: the runtime changes it of no container that is there"):format(fixed)
   end
   local fit, unfit = together.check(reading.limits, reading.by, false)
   if not fit then return nil, unfit end
   return reading.limits, reading.by
end

return resources
