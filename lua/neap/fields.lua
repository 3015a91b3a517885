--- Tables of named options: find the field that nobody knows.

local escape = require "neap.escape"
local nearest = require "neap.nearest"

local fields = {}

--- The keys of a table, sorted: messages must not depend on chance.
---@param map table<string, any>
---@return string[]
function fields.names(map)
   local names = {}
   for name in pairs(map) do names[#names + 1] = name end
   table.sort(names, function(a, b) return tostring(a) < tostring(b) end)
   return names
end

local function are_known(given, known)
   for name in pairs(given) do
      if known[name] == nil then return false end
   end
   return true
end

--- Check that each key of `given` is a key of `known`.
---@param given table
---@param known table<string, any>
---@param other_words? table<string, string>  what other tools call the same
---@return true? ok
---@return string? why  names the field, and the right one
function fields.check(given, known, other_words)
   if are_known(given, known) then return true end -- else name the first of them
   for _, name in ipairs(fields.names(given)) do
      if type(name) ~= "string" then
         return nil, ("[%s]: %s has no field name"):format(
            tostring(name), escape.show(given[name])
         )
      end
      if known[name] == nil then
         local instead = other_words and other_words[name]
         local hint = instead and (', use "%s"'):format(instead)
            or nearest.hint(name, fields.names(known))
         return nil, ("%s: unknown field%s"):format(escape.text(name), hint)
      end
   end
   return true
end

--- The first field, by name, that should be true or false and is neither.
local function find_unclear(options, known)
   for _, name in ipairs(fields.names(options)) do
      if known[name] == "boolean" and type(options[name]) ~= "boolean" then return name end
   end
end

--- Check a method's options: raises where they are no table. What is known as
--- "boolean" is that: `force = "false"` must not mean yes.
---@param method string  for the message
---@param position integer
---@param options any
---@param known table<string, any>
---@param level? integer  of the caller to blame; default: who called our caller
---@return table? options  an empty one where there are none
---@return string? why
function fields.options(method, position, options, known, level)
   if options == nil then return {} end
   if type(options) ~= "table" then
      error(("bad argument #%d to '%s' (table expected, got %s)"):format(
         position, method, type(options)), (level or 2) + 1)
   end
   local ok, why = fields.check(options, known)
   if not ok then return nil, why end
   local unclear = find_unclear(options, known)
   if unclear then
      return nil, ("%s: %s is not true or false"):format(unclear, escape.show(options[unclear]))
   end
   return options
end

--- Check a method's timeout: raises where it is no number.
---@param method string  for the message
---@param position integer
---@param options table
---@param level? integer  as above
---@return number? seconds
function fields.timeout(method, position, options, level)
   local seconds = options.timeout or nil
   if seconds == nil or type(seconds) == "number" then return seconds end
   error(("bad argument #%d to '%s' (field 'timeout': number expected, got %s)"):format(
      position, method, type(seconds)), (level or 2) + 1)
end

--- Is this a table whose keys are 1 to n, and is n what `#` says?
---@param value any
---@return boolean
function fields.is_list(value)
   if type(value) ~= "table" then return false end
   local count = 0
   for _ in pairs(value) do count = count + 1 end
   return count == #value
end

return fields
