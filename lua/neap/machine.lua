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

return machine
