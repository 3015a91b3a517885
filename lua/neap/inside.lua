--- Reading files of a container's root directory, for users by name.

local core = require "neap.core"

local inside = {}

--- A reader of files below `root`; links that lead out of it are not followed.
---@param root? string  absolute, without links; nil where it is an image's
---@return neap.spec.ReadFile?
function inside.reader(root)
   if not root or root:sub(1, 1) ~= "/" then return nil end
   local prefix = root == "/" and "/" or root .. "/"
   return function(path)
      local real = core.fs.realpath(root .. path)
      if not real or real:sub(1, #prefix) ~= prefix then return nil end
      local file <close> = io.open(real, "rb")
      return file and file:read "a"
   end
end

return inside
