--- The machine that a spec is made for where none is given, or little is said of it.

local capabilities = require "neap.config.capabilities"

--- A machine that has every file, and tells nothing of them; its seccomp profile
--- allows no call.
local function nothing() return nil end
local anywhere <const> = {
   exists = function() return true end,
   stat = nothing, lstat = nothing, list = nothing, read = nothing, getenv = nothing,
   readlink = nothing, cgroup = nothing, controllers = nothing,
   release = function() return "0.0" end,
   architecture = function() return "unknown" end,
   has_apparmor = nothing, has_profile = nothing, has_selinux = nothing,
   capabilities = function() return capabilities.of_mask "ffffffffffffffff" end,
   seccomp = function()
      return { base = { defaultAction = "SCMP_ACT_ERRNO" }, rules = {} }
   end,
}

local machine = {}

local completed = setmetatable({}, { __mode = "k" })

--- A machine of which little is said has what it lacks of the one above.
---@param given? table  functions of neap.Machine's
---@return neap.Machine
function machine.complete(given)
   if not given then return anywhere end
   completed[given] = completed[given] or setmetatable({}, { __index = function(_, name)
      return given[name] or anywhere[name]
   end })
   return completed[given]
end

return machine
