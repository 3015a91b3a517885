--- A rule of a seccomp profile: which calls, with which arguments, when, and what
--- becomes of them.

local json = require "neap.json"
local reader = require "neap.seccomp.reader"
local words = require "neap.seccomp.words"

local rule = {}

---@class neap.seccomp.Condition
---@field arches? string[]
---@field caps? string[]
---@field minKernel? integer[]  two: major, minor

---@class neap.seccomp.Rule
---@field rule table  OCI's: names, action, errnoRet, args
---@field includes? neap.seccomp.Condition
---@field excludes? neap.seccomp.Condition

--- The fields that a table may have, and what anybody may add.
---@param text string
---@return table<string, true>
function rule.set(text)
   local known = { comment = true, ["$schema"] = true }
   for name in text:gmatch "%S+" do known[name] = true end
   return known
end

local RULE <const> = rule.set "name names action errnoRet errno args includes excludes"
local ARGUMENT <const> = rule.set "index value valueTwo op"
local CONDITION <const> = rule.set "arches caps minKernel"

local ERRNO_MOST <const> = 65535 -- SECCOMP_RET_DATA

local uint_mt <const> = getmetatable(json.uint "18446744073709551615")

local function is_number(value)
   if math.type(value) == "integer" then return value >= 0 end
   return getmetatable(value) == uint_mt
end

local function read_operand(map, name, place)
   local value, where = reader.field(map, name, place)
   if value == nil then return 0 end
   if type(value) == "number" and math.tointeger(value) then value = math.tointeger(value) end
   if is_number(value) then return value end
   reader.refuse(where, "not a whole number from 0 to 18446744073709551615")
end

local function read_argument(given, place)
   reader.map(given, ARGUMENT, place)
   local index, index_place = reader.field(given, "index", place)
   local op, op_place = reader.field(given, "op", place)
   return {
      index = reader.integer(index, 5, index_place),
      value = read_operand(given, "value", place),
      valueTwo = read_operand(given, "valueTwo", place),
      op = reader.word(op, words.operators, "an operator", op_place),
   }
end

local function read_kernel(text, place)
   if text == nil then return nil end
   local major, minor = reader.string(text, place):match "^(%d+)%.(%d+)$"
   if major then return { tonumber(major), tonumber(minor) } end
   reader.refuse(place, ('"%s" is not a version of the kernel ("4.8")'):format(text))
end

local function read_condition(map, name, place)
   local given, where = reader.field(map, name, place)
   if given == nil then return nil end
   reader.map(given, CONDITION, where)
   local arches, arches_place = reader.field(given, "arches", where)
   local caps, caps_place = reader.field(given, "caps", where)
   return {
      arches = reader.words(arches, arches_place),
      caps = reader.words(caps, caps_place),
      minKernel = read_kernel(reader.field(given, "minKernel", where)),
   }
end

--- `names`, or one `name` as older profiles have it.
local function read_names(given, place)
   local name, name_place = reader.field(given, "name", place)
   local names, names_place = reader.field(given, "names", place)
   if name == "" then name = nil end
   local list = reader.words(names, names_place)
   if name and list and #list > 0 then
      reader.refuse(place, "name, names: both are given (one is needed)")
   end
   if name then return { reader.string(name, name_place) } end
   if not list or #list == 0 then reader.refuse(names_place, "missing (the system calls)") end
   return list
end

--- The number of an error; a name alone would have to be looked up for each machine.
---@return integer?
function rule.errno(given, number_name, text_name, place)
   local number, number_place = reader.field(given, number_name, place)
   local text, text_place = reader.field(given, text_name, place)
   if number ~= nil then return reader.integer(number, ERRNO_MOST, number_place) end
   if text == nil or text == "" then return nil end
   reader.refuse(text_place, ("a name alone (%s, the number, is needed)"):format(number_name))
end

---@return string
function rule.action(given, name, place)
   local action, where = reader.field(given, name, place)
   return reader.word(action, words.actions, "an action", where)
end

--- One of a profile's `syscalls`.
---@param given any
---@param place string
---@return neap.seccomp.Rule
function rule.read(given, place)
   reader.map(given, RULE, place)
   local args, args_place = reader.field(given, "args", place)
   local list = reader.list(args, read_argument, args_place)
   return {
      rule = {
         names = json.array(read_names(given, place)),
         action = rule.action(given, "action", place),
         errnoRet = rule.errno(given, "errnoRet", "errno", place),
         args = list and #list > 0 and json.array(list) or nil,
      },
      includes = read_condition(given, "includes", place),
      excludes = read_condition(given, "excludes", place),
   }
end

return rule
