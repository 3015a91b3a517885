--- A mount as docker's -v has it: "source:destination[:options]", where a source
--- without a "/" is a volume's name, and a destination alone a volume without one.

local escape = require "neap.escape"
local flags = require "neap.config.mount.flags"
local volume = require "neap.config.mount.volume"

local text = {}

local ALLOWED <const> = '"source:destination[:ro]", or a table with target or '
   .. "destination, source, type and options"
text.allowed = ALLOWED

local function options_of(rest)
   local chosen = {}
   for word in rest:gmatch "[^,]+" do
      local ok, why = flags.note(word, flags.bind, chosen)
      if not ok then return nil, why end
   end
   return flags.of_bind(chosen)
end

--- Is a source a path, rather than the name of a volume?
---@param source string
---@return boolean
function text.is_path(source)
   return source:find("/", 1, true) ~= nil or source == "." or source == ".."
end

--- Read one.
---@param given string
---@return table? mount
---@return string? why
function text.parse(given)
   local source, destination, rest = given:match "^([^:]+):([^:]+):?(.*)$"
   if given:find "^/[^:]*$" then return volume.new(nil, given, {}) end
   if not source or rest:find(":", 1, true) then
      return nil, ("%s is not a mount (%s)"):format(escape.show(given), ALLOWED)
   end
   if not text.is_path(source) then
      local words = {}
      for word in rest:gmatch "[^,]+" do words[#words + 1] = word end
      return volume.new(source, destination, words)
   end
   local options, why = options_of(rest)
   if not options then return nil, why end
   return { type = "bind", source = source, destination = destination, options = options }
end

return text
