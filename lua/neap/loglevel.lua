--- One log level from the command line, and what follows from it elsewhere.

local escape = require "neap.escape"
local log = require "neap.log"
local nearest = require "neap.nearest"

local loglevel = {}

--- Check the name of a level, as --log-level and NEAP_LOG give it.
---@param name any
---@return string? level
---@return string? why  what is wrong with it
function loglevel.parse(name)
   local levels = log.levels()
   local lower = type(name) == "string" and name:lower()

   for _, level in ipairs(levels) do
      if level == lower then return level end
   end
   return nil, ("%s is no log level (%s)%s"):format(
      escape.show(name), table.concat(levels, ", "), nearest.hint(name, levels)
   )
end

--- The embedded containerd's own level ([debug] level in its config).
--
-- containerd at info writes several lines a container, so it is kept one step
-- quieter than Neap unless somebody is looking for a fault.
---@param level string
---@return string
function loglevel.containerd(level)
   local quieter = { error = "error", warn = "warn", info = "warn" }
   return quieter[level] or level
end

--- Should the Windows shim run with debug output? Exactly at debug.
---@param level? string
---@return boolean
function loglevel.shim_debug(level)
   return level == "debug"
end

return loglevel
