--- Copies of tables.

local copy = {}

local function deep(value, seen)
   if type(value) ~= "table" then return value end
   if seen[value] then return seen[value] end

   local made = setmetatable({}, getmetatable(value))
   seen[value] = made
   for key, item in pairs(value) do made[key] = deep(item, seen) end
   return made
end

--- Copy tables all the way down; the marks of JSON arrays are kept, and so is
--- what a table shares or refers back to.
---@generic T
---@param value T
---@return T
function copy.deep(value)
   return deep(value, {})
end

return copy
