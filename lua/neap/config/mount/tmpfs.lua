--- A tmpfs: "/run:size=64m,mode=755" as docker's --tmpfs has it, or by fields.

local escape = require "neap.escape"
local flags = require "neap.config.mount.flags"
local size = require "neap.size"

local tmpfs = {}

--- docker's: nothing in it runs, is a device or changes who one is.
local DEFAULTS <const> = { suid = "nosuid", dev = "nodev", exec = "noexec" }

local LARGEST_ID <const> = (1 << 32) - 2

local function bytes(value)
   local read, why = size.parse(value)
   if not read then return nil, why end
   return ("%d"):format(read)
end

local function mode(value)
   if type(value) == "string" and value:find "^[0-7][0-7][0-7][0-7]?$" then return value end
   return nil, ('%s is not a mode in octal digits, as "1777" or "755"'):format(escape.show(value))
end

local function whole(least, most)
   return function(value)
      local number = math.tointeger(tonumber(value))
      if number and number >= least and number <= most then return ("%d"):format(number) end
      return nil, ("%s is not a whole number from %d to %d"):format(
         escape.show(value), least, most
      )
   end
end

--- What tmpfs(5) is told by numbers.
local NUMBERS <const> = {
   size = bytes, mode = mode, uid = whole(0, LARGEST_ID), gid = whole(0, LARGEST_ID),
   nr_inodes = whole(0, math.maxinteger),
}
tmpfs.numbers = NUMBERS

local function note(word, chosen, numbers)
   local name, value = word:match "^([^=]*)=(.*)$"
   if not name then return flags.note(word, flags.tmpfs, chosen) end
   local check = NUMBERS[name]
   if not check then
      return nil, ("%s is not an option of a tmpfs (gid=, mode=, nr_inodes=, size=, uid=, %s)")
         :format(escape.show(word), flags.words(flags.tmpfs))
   end
   if numbers[name] then return nil, ("%s is given twice"):format(name) end
   local read, why = check(value)
   if not read then return nil, ("%s: %s"):format(name, why) end
   numbers[name] = read
   return true
end

--- A tmpfs with these words; docker's defaults, where they say nothing else.
---@param destination string
---@param words string[]  "ro", "size=64m"
---@return table? mount
---@return string? why
function tmpfs.new(destination, words)
   local chosen, numbers = {}, {}
   for _, word in ipairs(words) do
      local ok, why = note(word, chosen, numbers)
      if not ok then return nil, why end
   end
   local options = { chosen.access or "rw" }
   for _, choice in ipairs { "suid", "dev", "exec" } do
      options[#options + 1] = chosen[choice] or DEFAULTS[choice]
   end
   for _, name in ipairs { "size", "mode", "uid", "gid", "nr_inodes" } do
      if numbers[name] then options[#options + 1] = name .. "=" .. numbers[name] end
   end
   return { type = "tmpfs", source = "tmpfs", destination = destination, options = options }
end

--- Read "/run" or "/run:size=64m,ro".
---@param text any
---@return table? mount
---@return string? why
function tmpfs.parse(text)
   local destination, rest
   if type(text) == "string" then destination, rest = text:match "^([^:]+):?([^:]*)$" end
   if not destination then
      return nil, ('%s is not a tmpfs ("/destination[:size=64m,mode=755,ro]")'):format(
         escape.show(text)
      )
   end
   local words = {}
   for word in rest:gmatch "[^,]+" do words[#words + 1] = word end
   return tmpfs.new(destination, words)
end

return tmpfs
