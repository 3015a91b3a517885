--- Which platform a container is of: its runtime says so, wherever Neap runs.

local linux = require "neap.platform.linux"

local WINDOWS_RUNTIME <const> = "io.containerd.runhcs.v1"

--- The decisions for a container with this runtime.
---@param runtime? string  default: Linux's
---@return table platform  neap.platform.linux or neap.platform.windows
---@return string name     "linux" or "windows"
return function(runtime)
   if runtime == WINDOWS_RUNTIME then return require "neap.platform.windows", "windows" end
   return linux, "linux"
end
