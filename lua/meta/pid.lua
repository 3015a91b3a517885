---@meta

--- Processes of this machine.
---@class neap.core.pid
local pid = {}

--- Send KILL, if its arguments have `words` among them, with the NULs between.
---@param number integer
---@param words string
---@return true? ok
---@return string? errno  "ESRCH" for another's too
function pid.kill(number, words) end

return pid
