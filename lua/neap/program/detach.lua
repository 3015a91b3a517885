--- Detach keys: the sequence that leaves a terminal while its process goes on.
--
-- What is typed passes through a matcher. Keys that begin the sequence are held
-- until the next one tells what they were; if it goes on otherwise, all of them
-- were ordinary and are passed on, in order.

local escape = require "neap.escape"

local detach = {}

--- What `--detach-keys` means where nothing is said; docker's.
detach.default = "ctrl-p,ctrl-q"

local CONTROL <const> = "@abcdefghijklmnopqrstuvwxyz[\\]^_"

local function read_key(name)
   if name == "DEL" then return "\127" end
   if #name == 1 and name:find "^[\33-\126]$" then return name end
   local letter = name:match "^ctrl%-(.)$"
   local at = letter and CONTROL:find(letter, 1, true)
   return at and string.char(at - 1)
end

--- Read keys as docker writes them: "ctrl-p,ctrl-q", "a,b", "DEL".
---@param text string  "": no keys, nothing detaches
---@return string? keys
---@return string? why
function detach.parse(text)
   local keys = {}
   if text == "" then return "" end
   for name in (text .. ","):gmatch "([^,]*)," do
      local key = read_key(name)
      if not key then
         return nil, ("%s is not a key (a character, ctrl-a to ctrl-z, ctrl-@ [ \\ ] ^ _, or DEL)")
            :format(escape.show(name))
      end
      keys[#keys + 1] = key
   end
   return table.concat(keys)
end

--- For each length of a held prefix: the longest shorter one that it ends with.
local function fallbacks(keys)
   local shorter = { [0] = 0, 0 }
   local length = 0
   for at = 2, #keys do
      while length > 0 and keys:byte(length + 1) ~= keys:byte(at) do length = shorter[length] end
      if keys:byte(length + 1) == keys:byte(at) then length = length + 1 end
      shorter[at] = length
   end
   return shorter
end

---@class neap.program.Matcher
---@field feed fun(bytes: string): string, boolean  what passes; was it the sequence?
---@field finish fun(): string  what is held and was not the sequence: the end came

--- Make a matcher for what is typed. What follows the sequence is dropped.
---@param keys string  from detach.parse
---@return neap.program.Matcher
function detach.matcher(keys)
   local shorter, held = fallbacks(keys), 0
   local matcher = {}

   function matcher.feed(bytes)
      if keys == "" then return bytes, false end
      local passed = {}
      for at = 1, #bytes do
         local byte = bytes:byte(at)
         while held > 0 and keys:byte(held + 1) ~= byte do
            passed[#passed + 1] = keys:sub(1, held - shorter[held])
            held = shorter[held]
         end
         if keys:byte(held + 1) == byte then
            held = held + 1
         else
            passed[#passed + 1] = string.char(byte)
         end
         if held == #keys then
            held = 0
            return table.concat(passed), true
         end
      end
      return table.concat(passed), false
   end

   function matcher.finish()
      local rest = keys:sub(1, held)
      held = 0
      return rest
   end

   return matcher
end

return detach
