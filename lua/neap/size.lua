--- Sizes as people write them.

local escape = require "neap.escape"

local size = {}

local UNITS <const> = { [""] = 0, b = 0, k = 1, m = 2, g = 3, t = 4, p = 5 }
local ALLOWED <const> = 'a number of bytes, or a string like "64m" or "1g"'

local function refuse(value, why)
   return nil, ("%s is %s (%s)"):format(escape.show(value), why, ALLOWED)
end

local function to_bytes(value)
   if type(value) == "number" then return value end
   if type(value) ~= "string" then return nil end

   local digits, unit = value:lower():match("^(%-?%d+%.?%d*)%s*([bkmgtp]?)i?b?$")
   if not digits then return nil end
   local shift = 10 * UNITS[unit]
   local whole = math.tointeger(tonumber(digits))
   -- Whole numbers stay whole: a float holds no more than 53 bits of them.
   if whole and whole >= 0 and whole <= math.maxinteger >> shift then return whole << shift end
   return tonumber(digits) * 2.0 ^ shift
end

--- Read a size: a whole number of bytes, or a number with a unit (powers of 1024).
---@param value any
---@return integer? bytes
---@return string? why  what is wrong with it
function size.parse(value)
   local bytes = to_bytes(value)

   if not bytes then return refuse(value, "not a size") end
   if bytes ~= bytes then return refuse(value, "not a size") end
   if bytes < 0 then return refuse(value, "negative") end
   if bytes >= 2 ^ 63 then return refuse(value, "too large") end
   local whole = math.tointeger(bytes)
   if not whole then return refuse(value, "not a whole number of bytes") end
   return whole
end

return size
