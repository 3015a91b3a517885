--- Who a process runs as: 1000, "1000:100", "name", "name:group". As docker has it
--- (moby's sys/user), ":group" is root's number with that group, and "name:" is "name".

local accounts = require "neap.accounts"
local escape = require "neap.escape"
local fields = require "neap.fields"

local user = {}

local HIGHEST <const> = accounts.highest
local ALLOWED <const> = 'a number, "uid:gid", "name" or "name:group"'

---@class neap.config.User
---@field uid? integer   or
---@field name? string   looked up in the rootfs
---@field gid? integer   or
---@field group? string  looked up in the rootfs; neither: the user's own

local function refuse(value)
   return nil, ("%s is not a user (%s)"):format(escape.show(value), ALLOWED)
end

--- Digits are a number, however many.
local function number_of(part)
   return part:find("^%d+$") and (math.tointeger(tonumber(part)) or math.maxinteger)
end

--- Read a user.
---@param value any
---@return neap.config.User? user
---@return string? why  what is wrong with it
function user.parse(value)
   local number = type(value) == "number" and math.tointeger(value)
   local text = number and tostring(number) or value
   if type(text) ~= "string" or text:find("[%c%s/]") then return refuse(value) end

   local who, group = text:match("^([^:]*):?([^:]*)$")
   if not who or who:find("^%-") or text == "" then return refuse(value) end
   if who == "" then who = "0" end

   local uid, gid = number_of(who), number_of(group)
   if (uid or 0) > HIGHEST or (gid or 0) > HIGHEST then
      return nil, ("%s is out of range (ids go to %d)"):format(
         escape.show(value), HIGHEST
      )
   end
   return {
      uid = uid,
      name = not uid and who or nil,
      gid = gid,
      group = not gid and group ~= "" and group or nil,
   }
end

local MOST_GROUPS <const> = 65536 -- NGROUPS_MAX
local GROUP <const> = "a group's number or name"

local function parse_group(value)
   local number = type(value) == "number" and math.tointeger(value)
   local text = number and tostring(number) or value
   local is_name = type(text) == "string" and text ~= "" and not text:find("[%c%s/:]")
      and not text:find("^%-")
   if not is_name then
      return nil, ("%s is not %s"):format(escape.show(value), GROUP)
   end
   number = number_of(text)
   if number and number > HIGHEST then
      return nil, ("%s is out of range (ids go to %d)"):format(escape.show(value), HIGHEST)
   end
   return number or text
end

--- Read the groups that a user has beside its own.
---@param value any
---@return (integer|string)[]? groups  names are looked up in the rootfs
---@return string? why  what is wrong with them
function user.groups(value)
   if not fields.is_list(value) then
      return nil, ("groups: %s is not a list (each %s)"):format(escape.show(value), GROUP)
   end
   if #value > MOST_GROUPS then
      return nil, ("groups: %d are too many (the kernel takes %d)"):format(#value, MOST_GROUPS)
   end
   local list = {}
   for i, item in ipairs(value) do
      local group, why = parse_group(item)
      if not group then return nil, ("groups[%d]: %s"):format(i, why) end
      list[i] = group
   end
   return list
end

return user
