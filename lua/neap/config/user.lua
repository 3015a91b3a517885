--- Who a process runs as: 1000, "1000:100", "name", "name:group".

local escape = require "neap.escape"

local user = {}

local HIGHEST <const> = 0x7fffffff -- runc's limit
local ALLOWED <const> = 'a number, "uid:gid", "name" or "name:group"'

---@class neap.config.User
---@field uid? integer   or
---@field name? string   looked up in the rootfs
---@field gid? integer   or
---@field group? string  looked up in the rootfs; neither: the user's own

local function refuse(value)
   return nil, ("%s is not a user (%s)"):format(escape.show(value), ALLOWED)
end

local function number_of(part)
   return part:find("^%d+$") and math.tointeger(tonumber(part))
end

--- Read a user.
---@param value any
---@return neap.config.User? user
---@return string? why  what is wrong with it
function user.parse(value)
   local number = type(value) == "number" and math.tointeger(value)
   local text = number and tostring(number) or value
   if type(text) ~= "string" or text:find("[%c%s/]") then return refuse(value) end

   local who, group = text:match("^([^:]+):?([^:]*)$")
   if not who or who:find("^%-") or text:find(":$") then return refuse(value) end

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

return user
