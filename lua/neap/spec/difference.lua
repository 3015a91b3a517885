--- What differs between two specs.

local json = require "neap.json"
local tree = require "neap.spec.tree"

local difference = {}

local DEEPEST <const> = 100 -- what refers back to itself has no end

---@class neap.spec.Difference
---@field path string
---@field before any   nil: it was not there
---@field after any    nil: it is not there any more
---@field order? true  the same elements in another order: their paths

local function is_list(value)
   return json.is_array(value) or value[1] ~= nil
end

--- Do two values say the same? An empty table is whatever the other one is.
---@param a any
---@param b any
---@param depth? integer
---@return boolean
function difference.is_equal(a, b, depth)
   depth = (depth or 0) + 1
   if type(a) ~= "table" or type(b) ~= "table" then return a == b end
   if rawequal(a, b) then return true end
   if depth > DEEPEST or next(a) and next(b) and is_list(a) ~= is_list(b) then return false end
   for key, value in pairs(a) do
      if not difference.is_equal(value, b[key], depth) then return false end
   end
   for key in pairs(b) do
      if a[key] == nil then return false end
   end
   return true
end

--- May there be something below: is it a table, and no list without names?
local function branch(path, value)
   if type(value) ~= "table" or value == json.null then return nil end
   return tree.children(path, value) or next(value) == nil and {} or nil
end

--- The same elements in another order; only lists have one.
local function add_order(path, before, after, found)
   local kept, sequences = {}, { {}, {} }
   for _, node in ipairs(before) do kept[node.path] = 1 end
   for _, node in ipairs(after) do kept[node.path] = kept[node.path] and 2 end
   for i, nodes in ipairs { before, after } do
      for _, node in ipairs(nodes) do
         if kept[node.path] == 2 then table.insert(sequences[i], node.path) end
      end
   end
   if table.concat(sequences[1], "\0") == table.concat(sequences[2], "\0") then return end
   found[#found + 1] = {
      path = path, order = true,
      before = json.array(sequences[1]), after = json.array(sequences[2]),
   }
end

local walk

local function walk_children(path, before, after, found, above)
   local old = {}
   for _, node in ipairs(before) do old[node.path] = node.value end
   for _, node in ipairs(after) do
      walk(node, old[node.path], node.value, found, above)
      old[node.path] = nil
   end
   for _, node in ipairs(before) do
      if old[node.path] ~= nil then walk(node, node.value, nil, found, above) end
   end
   local is_list_of_elements = before[1] and before[1].is_element
   if is_list_of_elements then add_order(path, before, after, found) end
end

local function mark(above, before, after, is_in)
   if before ~= nil then above[before] = is_in end
   if after ~= nil then above[after] = is_in end
end

--- `above` holds the tables that the place is in: none of them is walked again.
function walk(node, before, after, found, above)
   if rawequal(before, after) or difference.is_equal(before, after) then return end
   local is_one_sided = before == nil or after == nil
   local old, new = branch(node.path, before), branch(node.path, after)
   local has_branches = (old or before == nil) and (new or after == nil)
      and #(old or {}) + #(new or {}) > 0
   local is_round = before ~= nil and above[before] or after ~= nil and above[after]
   if not has_branches or is_round or is_one_sided and node.is_element then
      found[#found + 1] = { path = node.path, before = before, after = after }
      return
   end
   mark(above, before, after, true)
   walk_children(node.path, old or {}, new or {}, found, above)
   mark(above, before, after, nil)
end

--- List what differs. What one side does not have is told field by field, but
--- an element of a list as one.
---@param before table
---@param after table
---@return neap.spec.Difference[]
function difference.list(before, after)
   local found = {}
   walk({ path = "" }, before, after, found, {})
   return found
end

return difference
