--- Identifiers: what containerd accepts as the name of a container, an exec or a
--- namespace. An id becomes a path and a FIFO's name, so it is checked first.

local defaults = require "neap.defaults"
local escape = require "neap.escape"

local id = {}

local ALLOWED <const> = "letters and digits, with single . _ - between them"

--- Check an identifier.
---@param value any
---@return string? id
---@return string? why  what is wrong with it
function id.parse(value)
   if type(value) ~= "string" then
      return nil, ("%s is not an id (a string of %s)"):format(escape.show(value), ALLOWED)
   end
   if #value > defaults.id_length then
      return nil, ("%s is %d characters long (at most %d)"):format(
         escape.show(value), #value, defaults.id_length
      )
   end
   -- With an end mark, each separator must be followed by a letter or digit.
   local is_good = value:find("^[A-Za-z0-9][A-Za-z0-9._-]*$")
      and not (value .. "."):find("[._-][._-]")
   if not is_good then
      return nil, ("%s is not an id (%s)"):format(escape.show(value), ALLOWED)
   end
   return value
end

local ASKED <const> = 64
local rest = ""

--- The kernel's random bytes, asked for by the dozen; Lua's, which are seeded at
--- random too, where there is no descriptor left to ask it with.
local function more()
   local source <close> = io.open("/dev/urandom", "rb")
   if source then
      source:setvbuf "no" -- take no more of the pool than is asked for
      return source:read(ASKED)
   end
   local bytes = {}
   for i = 1, ASKED do bytes[i] = string.char(math.random(0, 255)) end
   return table.concat(bytes)
end

local function bytes_of(count)
   while #rest < count do rest = rest .. more() end
   local bytes = rest:sub(1, count)
   rest = rest:sub(count + 1)
   return bytes
end

--- Random hex digits: to tell things apart, not to keep them secret.
---@param digits integer  an even number
---@return string
function id.random(digits)
   local count = digits // 2
   return (("%02x"):rep(count):format(bytes_of(count):byte(1, count)))
end

--- Make the id of a container that was given none.
---@return string
function id.new()
   return "neap-" .. id.random(12)
end

return id
