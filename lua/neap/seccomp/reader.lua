--- Reading a value that somebody else wrote: what is wrong is said with its place.
--
-- A reader is a value and the name of its place. The first thing that is wrong
-- raises a `refusal`, which `reader.read` catches: a profile has many places, and
-- each would ask "did it go well?" otherwise. To name them all takes longer than to
-- check them, so they have names only when it is known that something is wrong.

local escape = require "neap.escape"
local fields = require "neap.fields"
local json = require "neap.json"
local nearest = require "neap.nearest"

local reader = {}

local null <const> = json.null
local refusal_mt = { __name = "neap.seccomp.refusal" }

--- Refuse: `place: why`.
---@param place string
---@param why string
function reader.refuse(place, why)
   error(setmetatable({ why = (place == "" and "" or place .. ": ") .. why }, refusal_mt), 0)
end

local function is_refusal(value) return getmetatable(value) == refusal_mt end

local is_naming = false

--- Call `fn`; what it refuses is answered, anything else it raises passes. It is
--- called again to name the place: it may change nothing, and may not wait.
---@return any value
---@return string? why
function reader.read(fn, ...)
   local ok, value = pcall(fn, ...)
   if not ok and is_refusal(value) then
      is_naming = true
      ok, value = pcall(fn, ...)
      is_naming = false
   end
   if ok then return value end
   if not is_refusal(value) then error(value, 0) end
   return nil, value.why
end

local function at(place, name)
   if type(name) == "number" then return ("%s[%d]"):format(place, name) end
   return place == "" and name or place .. "." .. name
end

--- Only these fields: a misspelt one would open what it should close.
---@param map any
---@param known table<string, any>
---@param place string
---@return table map
function reader.map(map, known, place)
   if type(map) ~= "table" or json.is_array(map) or map[1] ~= nil then
      reader.refuse(place, ("%s is not a table of fields"):format(escape.show(map)))
   end
   local ok, unknown = fields.check(map, known)
   if not ok then reader.refuse(place, unknown) end
   return map
end

--- A field's value, and its place; null is as good as nothing.
---@param map table
---@param name string|integer
---@param place string
---@return any value
---@return string place
function reader.field(map, name, place)
   local value = map[name]
   if value == null then value = nil end
   return value, is_naming and at(place, name) or ""
end

--- One of these words.
---@param value any
---@param words table<string, any>
---@param what string
---@param place string
---@return string word
function reader.word(value, words, what, place)
   if type(value) == "string" and words[value] then return value end
   if value == nil or value == "" then
      reader.refuse(place, ("missing (%s: %s)"):format(
         what, table.concat(fields.names(words), ", ")))
   end
   reader.refuse(place, ("%s is not %s%s (%s)"):format(
      escape.show(value), what, nearest.hint(value, fields.names(words)),
      table.concat(fields.names(words), ", ")
   ))
end

local function is_word(value)
   return type(value) == "string" and value ~= "" and not value:find "%c"
end

---@param value any
---@param place string
---@return string
function reader.string(value, place)
   if is_word(value) then return value end
   reader.refuse(place, ("%s is not a word"):format(escape.show(value)))
end

---@param value any
---@param most integer
---@param place string
---@return integer
function reader.integer(value, most, place)
   local number = type(value) == "number" and math.tointeger(value)
   if number and number >= 0 and number <= most then return number end
   reader.refuse(place, ("%s is not a whole number from 0 to %d"):format(
      escape.show(value), most))
end

--- What `read(item, place)` makes of each item; nil where there is no list.
---@param value any
---@param read fun(item: any, place: string): any
---@param place string
---@return table? list
function reader.list(value, read, place)
   if value == nil then return nil end
   if not fields.is_list(value) then
      reader.refuse(place, ("%s is not a list"):format(escape.show(value)))
   end
   local list = {}
   for i, item in ipairs(value) do list[i] = read(item, is_naming and at(place, i) or "") end
   return list
end

local function are_words(list)
   for _, item in ipairs(list) do
      if type(item) ~= "string" or item == "" then return false end
   end
   return table.concat(list):find "^%C*$" ~= nil -- one look at all: there may be hundreds
end

--- A list of words.
---@param value any
---@param place string
---@return string[]? list
function reader.words(value, place)
   if fields.is_list(value) and are_words(value) then
      return table.move(value, 1, #value, 1, {})
   end
   return reader.list(value, reader.string, place)
end

return reader
