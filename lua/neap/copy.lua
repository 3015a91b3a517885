--- Copies of tables.

local json = require "neap.json"

local copy = {}

local function deep(value, seen, is_object)
   if type(value) ~= "table" or is_object and is_object(value) then return value end
   if seen[value] then return seen[value] end

   local made = setmetatable({}, getmetatable(value))
   seen[value] = made
   for key, item in pairs(value) do made[key] = deep(item, seen, is_object) end
   return made
end

--- Copy a table, but nothing in it; the mark of a JSON array is kept.
---@generic T: table
---@param value T
---@return T
function copy.shallow(value)
   local made = setmetatable({}, getmetatable(value))
   for key, item in pairs(value) do made[key] = item end
   return made
end

--- Copy a list; the copy is marked as a JSON array.
---@generic T
---@param list T[]
---@return T[]
function copy.list(list)
   return json.array(table.move(list, 1, #list, 1, {}))
end

--- Copy tables all the way down; the marks of JSON arrays are kept, and so is
--- what a table shares or refers back to.
---@generic T
---@param value T
---@param is_object? fun(value: table): boolean  what stays as it is, uncopied
---@return T
function copy.deep(value, is_object)
   return deep(value, {}, is_object)
end

return copy
