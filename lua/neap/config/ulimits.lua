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

local PARTS <const> = { soft = true, hard = true }

local INFINITY <const> = "18446744073709551615" -- RLIM_INFINITY, unsigned

local UNBOUNDED <const> = { ["-1"] = true, unlimited = true, [INFINITY] = true }

local function bound(value)
   if UNBOUNDED[tostring(value)] then return math.huge end
   local number = math.tointeger(tonumber(value))
   return number and number >= 0 and number or nil
end

local function to_oci(value)
   return value == math.huge and json.uint(INFINITY) or value
end

local function parse_one(name, value)
   local plain = tostring(name):lower():gsub("^rlimit_", "")
   if not known[plain] then
      return nil, ("ulimits: %s is not a limit%s (%s)"):format(
         escape.show(name), nearest.hint(plain, NAMES), table.concat(NAMES, ", ")
      )
   end

   local soft, hard = value, value
   if type(value) == "table" then
      local ok, unknown = fields.check(value, PARTS)
      if not ok then return nil, ("ulimits.%s.%s"):format(plain, unknown) end
      soft, hard = value.soft, value.hard
   elseif type(value) == "string" and value:find(":", 1, true) then
      soft, hard = value:match("^([^:]*):(.*)$")
   end
   soft, hard = bound(soft), bound(hard)
   if not soft or not hard then
      return nil, ("ulimits.%s: %s is not a limit (a number, -1 for none, or soft and hard)")
         :format(plain, escape.show(value))
   end
   if hard < soft then
      return nil, ("ulimits.%s: the soft limit %s is above the hard one, %s"):format(
         plain, soft == math.huge and "unlimited" or soft, hard
      )
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

   local list, taken = {}, {}
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
      if rlimit and taken[rlimit.type] then
         why = ("ulimits: %s is given twice"):format(rlimit.type:match("_(.*)"):lower())
      end
      if why then return nil, why end
      taken[rlimit.type] = true
      list[#list + 1] = rlimit
   end
   return list
end

return ulimits
