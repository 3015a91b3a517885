--- Instants as people write them, in nanoseconds since 1970: whole numbers, so
-- that what logs say is compared exactly.

local escape = require "neap.escape"

local instant = {}

local NS <const> = 1000000000
local ALLOWED <const> =
   'seconds since 1970, a time like "2006-01-02T15:04:05Z", or how long ago: "10m"'

--- Days from 1970-01-01 to a date of the Gregorian calendar.
local function days(year, month, day)
   if month <= 2 then year = year - 1 end
   local era = year // 400
   local of_era = year - era * 400
   local of_year = (153 * (month + (month > 2 and -3 or 9)) + 2) // 5 + day - 1
   return era * 146097 + of_era * 365 + of_era // 4 - of_era // 100 + of_year - 719468
end

--- The number of days in a month.
local function length(year, month)
   return days(year + month // 12, month % 12 + 1, 1) - days(year, month, 1)
end

local function fraction(digits)
   return math.tointeger(tonumber((digits .. "000000000"):sub(1, 9)))
end

--- The seconds east of Greenwich; nil where it is no zone.
local function zone_of(text)
   if text == "Z" or text == "z" then return 0 end
   local sign, hours, minutes = text:match "^([+-])(%d%d):(%d%d)$"
   if not sign or tonumber(hours) > 23 or tonumber(minutes) > 59 then return nil end
   return (sign == "-" and -1 or 1) * (hours * 3600 + minutes * 60)
end

--- A date and a time in it; without a zone they are local, as docker has it.
local function read_date(text)
   local year, month, day, rest = text:match "^(%d%d%d%d)%-(%d%d)%-(%d%d)(.*)$"
   if not year then return nil end
   local hour, minute, second, dot, zone = 0, 0, 0, "", rest
   if rest:find "^[Tt ]" then
      hour, minute, rest = rest:match "^.(%d%d):(%d%d)(.*)$"
      if not hour then return nil end
      second, zone = rest:match "^:(%d%d)(.*)$"
      if second then
         dot, zone = zone:match "^%.?(%d*)(.*)$"
      else
         second, dot, zone = 0, "", rest
      end
   end
   local parts = {}
   for i, part in ipairs { year, month, day, hour, minute, second } do
      parts[i] = math.tointeger(tonumber(part))
   end
   local is_good = parts[2] >= 1 and parts[2] <= 12 and parts[3] >= 1
      and parts[3] <= length(parts[1], parts[2])
      and parts[4] < 24 and parts[5] < 60 and parts[6] <= 60
   return is_good and parts or nil, dot, zone
end

local function from_date(text)
   local parts, dot, zone = read_date(text)
   if not parts then return nil end
   local seconds
   if zone == "" then
      seconds = os.time {
         year = parts[1], month = parts[2], day = parts[3], hour = parts[4], min = parts[5],
         sec = parts[6],
      }
   else
      local east = zone_of(zone)
      if not east then return nil end
      seconds = days(parts[1], parts[2], parts[3]) * 86400 + parts[4] * 3600 + parts[5] * 60
         + parts[6] - east
   end
   seconds = math.tointeger(seconds)
   return seconds and seconds * NS + fraction(dot)
end

local UNITS <const> = { ms = 0.001, s = 1, m = 60, h = 3600, d = 86400 }

--- "1h30m", "10m", "1.5s": how long ago.
local function from_duration(text, now_ns)
   local at, total = 1, 0
   while at <= #text do
      local number, unit, after = text:match("^(%d+%.?%d*)(%a+)()", at)
      if not number or not UNITS[unit] then return nil end
      total, at = total + tonumber(number) * UNITS[unit], after
   end
   return at > 1 and now_ns - math.floor(total * NS) or nil
end

local function from_number(text)
   local sign, whole, digits = text:match "^(%-?)(%d+)%.?(%d*)$"
   local seconds = whole and #whole <= 10 and math.tointeger(tonumber(whole))
   if not seconds then return nil end
   return (sign == "-" and -1 or 1) * (seconds * NS + fraction(digits))
end

--- Read a timestamp as logs have it: RFC 3339.
---@param text string
---@return integer? ns
function instant.stamp(text)
   return from_date(text)
end

--- Read what a user says.
---@param value any  a number is seconds since 1970
---@param now number  seconds since 1970
---@return integer? ns
---@return string? why
function instant.parse(value, now)
   local ns
   if type(value) == "number" and value == value and math.abs(value) < 9e9 then
      ns = math.type(value) == "integer" and value * NS or math.floor(value * NS)
   elseif type(value) == "string" then
      ns = from_number(value) or from_date(value)
         or from_duration(value, math.floor(now * NS))
   end
   if ns then return ns end
   return nil, ("%s is not an instant (%s)"):format(escape.show(value), ALLOWED)
end

return instant
