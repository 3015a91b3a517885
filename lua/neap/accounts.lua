--- Users and groups, as the text of an /etc/passwd and an /etc/group tells them.
--
-- Whoever made a root filesystem wrote these, so nothing in them is believed: an
-- id is a number in range or an error, never 0 because it could not be read. Of
-- several lines that fit the first one counts. See passwd(5) and group(5).

local escape = require "neap.escape"

local accounts = {}

accounts.highest = 0x7fffffff -- an id; runc takes no higher one

---@class neap.accounts.User
---@field name string
---@field uid integer
---@field gid integer

--- Read an id: digits, in range.
---@param text? string
---@return integer?
function accounts.id(text)
   local number = text and #text <= 10 and text:find("^%d+$") and math.tointeger(tonumber(text))
   return number and number <= accounts.highest and number or nil
end

--- The lines, without what an editor of another system puts at their ends.
local function lines(text)
   local next_line = text:gmatch("[^\n]+")
   return function()
      local line = next_line()
      return line and line:byte(-1) == 13 and line:sub(1, -2) or line
   end
end

local function malformed(name, text)
   return nil, ("%s has the id %s there (ids are numbers up to %d)"):format(
      escape.show(name), escape.show(text), accounts.highest
   )
end

--- Find a user by name, or by number.
---@param text string  of /etc/passwd
---@param wanted string|integer
---@return neap.accounts.User? user
---@return string? why  it is there, and cannot be read
function accounts.user(text, wanted)
   for line in lines(text) do
      local name, uid, gid = line:match("^([^:]*):[^:]*:([^:]*):([^:]*)")
      local is_it = name == wanted or uid and accounts.id(uid) == wanted
      if is_it then
         local user = { name = name, uid = accounts.id(uid), gid = accounts.id(gid) }
         if user.uid and user.gid then return user end
         return malformed(name, user.uid and gid or uid)
      end
   end
end

--- Find a group's id by its name.
---@param text string  of /etc/group
---@param wanted string
---@return integer? gid
---@return string? why  it is there, and cannot be read
function accounts.group(text, wanted)
   for line in lines(text) do
      local name, id = line:match("^([^:]*):[^:]*:([^:]*)")
      if name == wanted then
         local gid = accounts.id(id)
         if gid then return gid end
         return malformed(name, id)
      end
   end
end

--- The groups that list a user as their member.
---@param text string  of /etc/group
---@param user string
---@return integer[]? gids
---@return string? why
function accounts.memberships(text, user)
   local gids = {}
   if user == "" then return gids end
   local wanted = "," .. user .. ","
   for line in lines(text) do
      local name, id, members = line:match("^([^:]*):[^:]*:([^:]*):([^:]*)")
      if members and ("," .. members .. ","):find(wanted, 1, true) then
         local gid = accounts.id(id)
         if not gid then return malformed(name, id) end
         gids[#gids + 1] = gid
      end
   end
   return gids
end

return accounts
