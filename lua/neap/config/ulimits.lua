--- ulimits: docker's { nofile = 1024 }, { nofile = { soft = 1, hard = 2 } } or
--- { "nofile=1024:2048" }, as OCI's rlimits.

local escape = require "neap.escape"
local fields = require "neap.fields"
local json = require "neap.json"
local nearest = require "neap.nearest"

local ulimits = {}

local NAMES <const> = {
   "as", "core", "cpu", "data", "fsize", "locks", "memlock", "msgqueue", "nice",
   "nofile", "nproc", "rss", "rtprio", "rttime", "sigpending", "stack",
}
local known = {}
for _, name in ipairs(NAMES) do known[name] = true end

local INFINITY <const> = "18446744073709551615" -- RLIM_INFINITY, unsigned

local function bound(value)
   if value == -1 or value == "unlimited" or value == "-1" then return math.huge end
   return math.tointeger(tonumber(value))
end

local function to_oci(value)
   return value == math.huge and json.uint(INFINITY) or value
end

local function parse_one(name, value)
   local plain = tostring(name):lower():gsub("^rlimit_", "")
   if not known[plain] then
      return nil, ("ulimits: %s is not a limit%s"):format(
         escape.show(name), nearest.hint(plain, NAMES)
      )
   end

   local soft, hard = value, value
   if type(value) == "table" then
      soft, hard = value.soft, value.hard
   elseif type(value) == "string" and value:find(":", 1, true) then
      soft, hard = value:match("^([^:]*):(.*)$")
   end
   soft, hard = bound(soft), bound(hard)
   if not soft or not hard or soft < 0 or hard < soft then
      return nil, ("ulimits.%s: %s is not a limit (a number, -1 for none, or soft and hard, "
         .. "the soft one not above the hard)"):format(plain, escape.show(value))
   end
   return { type = "RLIMIT_" .. plain:upper(), soft = to_oci(soft), hard = to_oci(hard) }
end

--- Read ulimits.
---@param given any
---@return table[]? rlimits  OCI's
---@return string? why  names the limit
function ulimits.parse(given)
   if type(given) ~= "table" then
      return nil, ("ulimits: %s is not a table of limits"):format(escape.show(given))
   end

   local list = {}
   for _, key in ipairs(fields.names(given)) do
      local name, value = key, given[key]
      if type(key) == "number" then
         name, value = tostring(value):match("^([^=]+)=(.+)$")
         if not name then
            return nil, ('ulimits[%s]: %s is not "name=soft:hard"'):format(
               key, escape.show(given[key])
            )
         end
      end
      local rlimit, why = parse_one(name, value)
      if not rlimit then return nil, why end
      list[#list + 1] = rlimit
   end
   return list
end

return ulimits
