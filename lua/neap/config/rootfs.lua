--- A container's root directory, used as it is.

local escape = require "neap.escape"
local path = require "neap.path"

local rootfs = {}

--- Check a root directory. The runtime wants it absolute and without symbolic
--- links, so those are followed here.
---@param value any
---@param context neap.config.Context
---@return string? path
---@return string? why  what is wrong with it
---@return string? errno
function rootfs.parse(value, context)
   if type(value) ~= "string" or value == "" or value:find("\0", 1, true) then
      return nil, ("%s is not the path of a directory"):format(escape.show(value))
   end
   local whole = path.absolute(value, context.cwd)
   if not context.fs then return whole end

   local real, errno = context.fs.realpath(whole)
   if not real then
      return nil, ("%s %s"):format(escape.show(whole), path.reason(errno)), errno
   end
   local found, stat_errno = context.fs.stat(real)
   if not found then
      return nil, ("%s %s"):format(escape.show(whole), path.reason(stat_errno)), stat_errno
   end
   if found.type ~= "directory" then
      return nil, ("%s is not a directory"):format(escape.show(whole)), "ENOTDIR"
   end
   return real
end

return rootfs
