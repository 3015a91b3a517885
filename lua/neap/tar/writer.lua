--- The blocks of a tar archive, as they are written.

local writer = {}

local BLOCK <const> = 512
local NAME <const>, PREFIX <const> = 100, 155
local OCTAL_SIZE <const> = 8 << 30 -- what eleven octal digits cannot say any more

local function padding(size)
   return ("\0"):rep(-size % BLOCK)
end

--- A name in its two fields; nil where it is too long for them.
local function split(name)
   if #name <= NAME then return "", name end
   local prefix = name:sub(1, PREFIX + 1):match "^(.+)/"
   local rest = prefix and name:sub(#prefix + 2) or ""
   if rest ~= "" and #rest <= NAME then return prefix, rest end
   return nil
end

local function field(text, width)
   return text:sub(1, width) .. ("\0"):rep(width - #text)
end

local function header(prefix, name, size, kind, mode)
   local front = field(name, NAME) .. ("%07o\0%07o\0%07o\0%011o\0%011o\0"):format(
      mode, 0, 0, size < OCTAL_SIZE and size or 0, 0)
   local back = kind .. field("", 100) .. "ustar\00000" .. field("", 64)
      .. ("%07o\0%07o\0"):format(0, 0) .. field(prefix, PREFIX) .. ("\0"):rep(12)
   local sum = 0
   for _, byte in ipairs { (front .. "        " .. back):byte(1, -1) } do sum = sum + byte end
   return front .. ("%06o\0 "):format(sum) .. back
end

--- "27 path=some/long/name\n", whose number counts itself.
local function record(key, value)
   local rest = #key + #value + 3
   local length = rest + #tostring(rest)
   if #tostring(length) > #tostring(rest) then length = length + 1 end
   return ("%d %s=%s\n"):format(length, key, value)
end

--- The bytes before a member's content, and after it.
---@param name string  relative, with "/"; a directory's ends in one
---@param size integer
---@param mode? integer
---@return string before
---@return string after
function writer.member(name, size, mode)
   local prefix, short = split(name)
   local extended = short and "" or record("path", name)
   if size >= OCTAL_SIZE then extended = extended .. record("size", tostring(size)) end
   local kind = name:sub(-1) == "/" and "5" or "0"
   local before = header(prefix or "", short or name, size, kind, mode or 384)
   if extended ~= "" then
      before = header("", "extended", #extended, "x", 384) .. extended
         .. padding(#extended) .. before
   end
   return before, padding(size)
end

--- What ends an archive.
writer.finish = ("\0"):rep(2 * BLOCK)

return writer
