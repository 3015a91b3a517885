--- docker's options about what a container's processes may do.

local function read(config, parsed)
   for _, option in ipairs(parsed.security_opt or {}) do
      local value = option:match("^no%-new%-privileges[=:]?(.*)$")
      if not value or not ({ [""] = 1, ["true"] = 1, ["false"] = 1 })[value] then
         return nil, ("--security-opt: %s is not known (no-new-privileges)"):format(option)
      end
      config.no_new_privileges = value ~= "false"
   end
   return true
end

---@type neap.program.OptionGroup
return {
   options = {
      { "--cap-add", value = "NAME", many = true, help = "Add a capability, or ALL." },
      { "--cap-drop", value = "NAME", many = true, help = "Drop a capability, or ALL." },
      { "--security-opt", value = "OPTION", many = true, help = "no-new-privileges." },
   },
   fields = { cap_add = "cap_add", cap_drop = "cap_drop" },
   read = read,
}
