--- The init that a container begins with: true for the distribution's, or a path.

local defaults = require "neap.defaults"
local escape = require "neap.escape"
local path = require "neap.path"

local reaper = {}

local ANY_EXECUTE <const> = 73 -- 0111

local function missing(whole, errno, is_default)
   if is_default and errno == "ENOENT" then
      return nil, ("%s does not exist: install the package %s"):format(
         escape.show(whole), defaults.init.package
      ), errno
   end
   return nil, ("%s %s"):format(escape.show(whole), path.reason(errno)), errno
end

--- Check what a user gives as init.
---@param value any
---@param context neap.config.Context
---@return string|false|nil path  absolute, on the host; false: none
---@return string? why
---@return string? errno
function reaper.parse(value, context)
   if value == false then return false end
   local is_path = type(value) == "string" and value ~= "" and not value:find("\0", 1, true)
   if value ~= true and not is_path then
      return nil, ("%s is not true, false or the path of a program"):format(escape.show(value))
   end
   if context.platform == "windows" then return nil, "a container of Windows has none" end
   local whole = value == true and defaults.init.path or path.absolute(value, context.cwd)
   if not context.fs then return whole end

   local found, errno = context.fs.stat(whole)
   if not found then return missing(whole, errno, value == true) end
   if found.type ~= "file" or found.mode & ANY_EXECUTE == 0 then
      return nil, ("%s is not a program"):format(escape.show(whole)), "EACCES"
   end
   return whole
end

return reaper
