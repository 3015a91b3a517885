--- Durations: seconds, as numbers.

local escape = require "neap.escape"

local duration = {}

--- Longer than anybody waits, and short enough for every timer.
local FOREVER <const> = 1e9

--- Check a number of seconds; fractions are welcome, math.huge is "for ever".
---@param value any
---@return number? seconds
---@return string? why  what is wrong with it
function duration.parse(value)
   if type(value) ~= "number" or value ~= value then
      return nil, ("%s is not a number of seconds"):format(escape.show(value))
   end
   if value < 0 then
      return nil, ("%s is negative (a number of seconds, 0 or more)"):format(value)
   end
   return math.min(value, FOREVER)
end

return duration
