--- Which system calls a container may use: docker's words for it, a file, or a
--- profile as it would be in one.

local escape = require "neap.escape"
local path = require "neap.path"
local profile = require "neap.seccomp.profile"

local seccomp = {}

---@class neap.config.Seccomp
---@field kind "unconfined"|"builtin"|"file"|"profile"
---@field path? string  absolute; of a file
---@field profile? neap.seccomp.Profile

local WORDS <const> = { unconfined = "unconfined", builtin = "builtin" }

--- Read "unconfined", "builtin", a path, or a profile's table.
---@param value any
---@param context neap.config.Context
---@return neap.config.Seccomp? seccomp
---@return string? why
function seccomp.parse(value, context)
   if type(value) == "table" then
      local parsed, why = profile.parse(value)
      if not parsed then return nil, "seccomp: " .. why end
      return { kind = "profile", profile = parsed }
   end
   if WORDS[value] then return { kind = WORDS[value] } end
   if type(value) ~= "string" or value == "" or value:find "%c" then
      return nil, ('seccomp: %s is not "unconfined", "builtin", a file or a profile'):format(
         escape.show(value)
      )
   end
   return { kind = "file", path = path.absolute(value, context.cwd) }
end

return seccomp
