--- Limits and weights of single block devices: docker's "/dev/sda:1mb", or tables
-- with path and rate (or weight). Which device that is, the machine says later.

local escape = require "neap.escape"
local fields = require "neap.fields"
local path = require "neap.path"

--- A check for a list of them.
---@param key "rate"|"weight"
---@param check fun(value: any): integer?, string?
---@param example string
---@return fun(value: any): table[]?, string?
return function(key, check, example)
   local allowed = ('"%s", or a table with path and %s'):format(example, key)

   local function parse_one(given)
      local device, value
      if type(given) == "table" then
         local ok, unknown = fields.check(given, { path = true, [key] = true })
         if not ok then return nil, unknown end
         device, value = given.path, given[key]
      elseif type(given) == "string" then
         device, value = given:match "^(.+):([^:]+)$"
         value = math.tointeger(tonumber(value)) or value
      end
      if not path.is_plain(device) then
         return nil, ("%s is not %s"):format(escape.show(given), allowed)
      end
      local number, why = check(value)
      if not number then return nil, ("%s of %s"):format(why, escape.text(device)) end
      return { path = device, [key] = number }
   end

   return function(value)
      if not fields.is_list(value) then
         return nil, ("%s is not a list (of %s)"):format(escape.show(value), allowed)
      end
      local list, taken = {}, {}
      for i, given in ipairs(value) do
         local one, why = parse_one(given)
         if one and taken[one.path] then
            why = ("%s is given twice"):format(escape.show(one.path))
         end
         if why then return nil, ("[%d]: %s"):format(i, why) end
         taken[one.path], list[i] = true, one
      end
      return list
   end
end
