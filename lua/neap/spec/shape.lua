--- The shapes that the values of a spec have, as checks that are put together.
--
-- A check answers nothing where a value is right; else what is wrong with it, and
-- where below it. Most values are right, so that way costs no memory: what is
-- wrong is looked for again, in an order that does not depend on chance.

local escape = require "neap.escape"
local fields = require "neap.fields"
local json = require "neap.json"
local nearest = require "neap.nearest"

local shape = {}

---@alias neap.spec.Check fun(value: any): string?, string?  why, and where below

local null <const> = json.null
local uint_mt <const> = getmetatable(json.uint "18446744073709551615")

local function is_not(value, allowed)
   return ("%s is not %s"):format(escape.show(value), allowed), ""
end

function shape.boolean(value)
   if type(value) ~= "boolean" then return is_not(value, "true or false") end
end

function shape.text(value)
   if type(value) ~= "string" then return is_not(value, "a string") end
   if value:find("\0", 1, true) then return escape.show(value) .. " contains NUL", "" end
end

--- Text that says something.
function shape.word(value)
   if value == "" then return is_not(value, "a string with something in it") end
   return shape.text(value)
end

--- An absolute path.
function shape.path(value)
   if type(value) ~= "string" or value:byte() ~= 47 then
      return is_not(value, "an absolute path")
   end
   return shape.text(value)
end

--- A number without a fraction; `most` nil: up to 2^64 - 1, which Lua's own
--- integers do not reach.
---@param least integer
---@param most? integer
---@return neap.spec.Check
function shape.integer(least, most)
   local allowed = "a whole number" .. (
      most == math.maxinteger and least == math.mininteger and ""
      or most == nil and (" from %d up"):format(least)
      or (" from %d to %d"):format(least, most)
   )
   return function(value)
      if math.type(value) == "integer" then
         if value >= least and value <= (most or math.maxinteger) then return end
      elseif not most and getmetatable(value) == uint_mt then
         return
      elseif type(value) == "number" then
         local whole = math.tointeger(value) -- which JSON writes as an integer
         if whole and whole >= least and whole <= (most or math.maxinteger) then return end
      end
      return is_not(value, allowed)
   end
end

--- One of some words.
---@param words string[]
---@return neap.spec.Check
function shape.one_of(words)
   local known = {}
   for _, word in ipairs(words) do known[word] = true end
   local allowed = #words <= 12 and "one of " .. table.concat(words, ", ") or "known"
   return function(value)
      if known[value] then return end
      return is_not(value, allowed .. nearest.hint(value, words)), ""
   end
end

--- A list. Of an empty table nothing tells whether it is one, so it becomes one
--- where one is wanted: JSON writes the two apart.
---@param check neap.spec.Check  of each item
---@return neap.spec.Check
function shape.list(check)
   return function(value)
      if type(value) ~= "table" then return is_not(value, "a list") end
      local count = #value
      for i = 1, count do
         local why, where = check(value[i])
         if why then return why, ("[%d]%s"):format(i, where) end
      end
      if next(value) == nil and getmetatable(value) == nil then json.array(value) end
      if next(value, count > 0 and count or nil) ~= nil and not fields.is_list(value) then
         return "a table with other keys than 1, 2, ... is not a list", ""
      end
   end
end

--- A list of tables of which no two have the same `name`.
---@param check neap.spec.Check
---@param name string
---@return neap.spec.Check
function shape.list_by(check, name)
   local list = shape.list(check)
   return function(value)
      local why, where = list(value)
      if why then return why, where end
      local place = {}
      for i, item in ipairs(value) do
         local key = item[name]
         if place[key] then
            return ("%s is there already, at [%d]"):format(escape.show(key), place[key]),
               ("[%d].%s"):format(i, name)
         end
         place[key] = i
      end
   end
end

--- A table by name.
---@param check neap.spec.Check  of each value
---@return neap.spec.Check
function shape.map(check)
   return function(value)
      if type(value) ~= "table" then return is_not(value, "a table by name") end
      local wrong = false
      for name, item in next, value do
         wrong = wrong or type(name) ~= "string" or name == "" or check(item) ~= nil
      end
      if not wrong then return end
      for _, name in ipairs(fields.names(value)) do
         if type(name) ~= "string" then return is_not(name, "a name") end
         if name == "" then return "an empty name", "" end
         local why, where = check(value[name])
         if why then return why, ("[%s]%s"):format(escape.text(name), where) end
      end
   end
end

local function find_wrong(value, known)
   for _, name in ipairs(fields.names(value)) do
      local item, check = value[name], known[name]
      if check and item ~= null then
         local why, where = check(item)
         if why then return why, "." .. name .. where end
      end
   end
end

--- A table with fields. Others than the known ones pass: an extension may have them.
---@param known table<string, neap.spec.Check>
---@param needed? string[]
---@return neap.spec.Check
function shape.object(known, needed)
   needed = needed or {}
   return function(value)
      if type(value) ~= "table" then return is_not(value, "a table") end
      for name, item in next, value do
         local check = known[name]
         if check and item ~= null and check(item) then return find_wrong(value, known) end
      end
      for i = 1, #needed do
         local item = value[needed[i]]
         if item == nil or item == null then return "missing", "." .. needed[i] end
      end
   end
end

--- Both of two checks.
---@param first neap.spec.Check
---@param second neap.spec.Check
---@return neap.spec.Check
function shape.both(first, second)
   return function(value)
      local why, where = first(value)
      if why then return why, where end
      return second(value)
   end
end

return shape
