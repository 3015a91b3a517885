--- Numerals in a stream of bytes, found as io.read "n" finds them: the longest
--- prefix that may be one is taken, whether it is one or not.

local numeral = {}

local LONGEST <const> = 200 -- Lua's own limit

local function after(text, pattern, at)
   return text:match("^" .. pattern .. "()", at)
end

--- Where the numeral that begins at `at` ends.
local function skip(text, at)
   at = after(text, "[+-]?", at)
   local hex = after(text, "0[xX]", at)
   local digits, exponent = "%d*", "[eE][+-]?%d*"
   if hex then digits, exponent = "%x*", "[pP][+-]?%d*" end
   local first = hex or at
   local whole = after(text, digits, first)
   local point = after(text, "%.", whole)
   local last = point and after(text, digits, point) or whole
   local is_number = whole > first or point and last > point
   return is_number and after(text, exponent, last) or last
end

--- Find the numeral at `from`, white space before it included.
---@param text string
---@param from integer
---@param is_whole boolean  no more follows
---@return integer? after  the byte behind it; nil: it may go on, more is needed
---@return number? number  nil: there is none
function numeral.find(text, from, is_whole)
   local first = after(text, "%s*", from)
   local next_byte = math.min(skip(text, first), first + LONGEST)
   if next_byte > #text and not is_whole and next_byte < first + LONGEST then return nil end
   return next_byte, tonumber(text:sub(first, next_byte - 1))
end

return numeral
