--- May a process gain privileges by what it executes? By default it may, as with
--- docker: sudo and ping work. containerd's own default is that it may not.

local privileges = {
   options = { "no_new_privileges" },
   paths = { "process.noNewPrivileges" },
}

---@param spec table
---@param config table
---@param context neap.spec.Context
function privileges.apply(spec, config, context)
   if config.no_new_privileges == nil then return end
   spec.process.noNewPrivileges = config.no_new_privileges
   context.origin["process.noNewPrivileges"] = "no_new_privileges"
end

return privileges
