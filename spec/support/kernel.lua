--- System calls that valgrind 3.19 does not pass on to the kernel.

local kernel = {}

--- Why a spec that needs one of them is skipped: `if why then pending(why) end`.
---@param call string
---@return string? why
function kernel.lacks(call)
   return os.getenv "NEAP_UNDER" and "valgrind does not know " .. call
end

return kernel
