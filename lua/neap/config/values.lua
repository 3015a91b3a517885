--- Small checks that several fields share. Each takes a value and answers with
--- the checked one, or nil and why not.

local escape = require "neap.escape"

local values = {}

---@return boolean?, string?
function values.boolean(value)
   if type(value) == "boolean" then return value end
   return nil, ("%s is not true or false"):format(escape.show(value))
end

--- A check for whole numbers from `least` to `most`; `special` values pass too.
---@param least integer
---@param most integer
---@param special? table<integer, integer>  what each of them becomes
---@return fun(value: any): integer?, string?
function values.integer(least, most, special)
   local allowed = most == math.maxinteger and ("a whole number, %d or more"):format(least)
      or ("a whole number from %d to %d"):format(least, most)
   if special and special[-1] then allowed = allowed .. " (-1: unlimited)" end

   return function(value)
      local number = type(value) == "number" and math.tointeger(value)
      if number and special and special[number] then return special[number] end
      if number and number >= least and number <= most then return number end
      return nil, ("%s is not %s"):format(escape.show(value), allowed)
   end
end

--- A string that says something, on one line.
---@return string?, string?
function values.word(value)
   if type(value) ~= "string" or value == "" or value:find("%c") or not utf8.len(value) then
      return nil, ("%s is not a string on one line"):format(escape.show(value))
   end
   return value
end

--- A check that says which field it is about.
---@param name string
---@param check fun(value: any, context: table): any, string?, string?
---@return fun(value: any, context: table): any, string?, string?
function values.named(name, check)
   return function(value, context)
      local checked, why, errno = check(value, context)
      if checked == nil then return nil, ("%s: %s"):format(name, why), errno end
      return checked
   end
end

--- A check of a module that is loaded when the field is first given: few containers
--- have most of the fields, and each process would load all that checks them.
---@param module string
---@param name string  of its function
---@return fun(value: any, context: table): any, string?, string?
function values.late(module, name)
   return function(value, context) return require(module)[name](value, context) end
end

--- Where a value of another type is wrong use: raise as Lua's own library does.
---@param value any
---@param position integer
---@param name string      of the called function, as the user wrote it
---@param is_optional? boolean
---@param level? integer   of the caller to blame; default: who called our caller
function values.expect_table(value, position, name, is_optional, level)
   if type(value) == "table" or is_optional and value == nil then return end
   error(("bad argument #%d to '%s' (table expected, got %s)"):format(
      position, name, value == nil and "no value" or type(value)
   ), (level or 2) + 1)
end

return values
