--- The machine that a container is to run on, as the making of a spec looks at it.
--
-- A spec is made by pure functions; what they must know of the world they are
-- given as this. A test gives them one of its own.

local core = require "neap.core"

---@class neap.Machine
local machine = {}

--- Is there such a file?
---@param path string
---@return boolean
function machine.exists(path)
   return core.fs.stat(path) ~= nil
end

--- What a file is; a link's target.
machine.stat = core.fs.stat

--- What a file is; a link is one.
machine.lstat = core.fs.lstat

--- The names in a directory.
machine.list = core.fs.list

--- What a file says.
---@param path string
---@return string? text
---@return string? why
function machine.read(path)
   local file <close>, why = io.open(path, "rb")
   if not file then return nil, why end
   return file:read "a"
end

return machine
