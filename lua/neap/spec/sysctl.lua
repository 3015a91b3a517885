--- Parameters of the kernel that a container's namespaces have for themselves.

local sysctl = { options = { "sysctl" }, paths = { "linux.sysctl" } }

---@param spec table
---@param config table
---@param context neap.spec.Context
function sysctl.apply(spec, config, context)
   if not config.sysctl then return end
   local all = spec.linux.sysctl or {}
   spec.linux.sysctl = all
   for name, value in pairs(config.sysctl) do
      all[name] = value
      context.origin["linux.sysctl[" .. name .. "]"] = "sysctl"
   end
end

return sysctl
