--- docker's options about what a container's processes may do.

local escape = require "neap.escape"
local fields = require "neap.fields"
local nearest = require "neap.nearest"

--- What `--security-opt NAME=VALUE` becomes, by NAME.
local SECURITY <const> = {
   ["no-new-privileges"] = function(config, value)
      local is_known = value == "" or value == "true" or value == "false"
      if not is_known then return nil, "true or false" end
      config.no_new_privileges = value ~= "false"
      return true
   end,
   systempaths = function(config, value)
      if value ~= "unconfined" then return nil, "unconfined" end
      config.masked_paths, config.readonly_paths = {}, {}
      return true
   end,
   apparmor = function(config, value)
      if value == "" then return nil, "unconfined or a profile" end
      config.apparmor = value
      return true
   end,
   label = function(config, value)
      local part, name = value:match "^(%l+)[:=](.+)$"
      if value ~= "disable" and not part then return nil, "disable, or type:NAME and the like" end
      if not part then
         config.selinux = value
         return true
      end
      if type(config.selinux) ~= "table" then config.selinux = {} end
      config.selinux[part] = name
      return true
   end,
   seccomp = function(config, value)
      if value == "" then return nil, "unconfined, builtin or a file" end
      config.seccomp = value
      return true
   end,
}

local function read_one(config, option)
   local name, value = option:match "^([^=:]*)[=:]?(.*)$"
   local read = SECURITY[name]
   if not read then
      local names = fields.names(SECURITY)
      return nil, ("--security-opt: %s is not known%s (%s)"):format(
         escape.show(option), nearest.hint(name, names), table.concat(names, ", ")
      )
   end
   local ok, allowed = read(config, value)
   if ok then return true end
   return nil, ("--security-opt: %s: %s is needed"):format(option, allowed)
end

local function read(config, parsed)
   for _, option in ipairs(parsed.security_opt or {}) do
      local ok, why = read_one(config, option)
      if not ok then return nil, why end
   end
   return true
end

---@type neap.program.OptionGroup
return {
   options = {
      { "--cap-add", value = "NAME", many = true, help = "Add a capability, or ALL." },
      { "--cap-drop", value = "NAME", many = true, help = "Drop a capability, or ALL." },
      { "--privileged", help = "All that the host's root may: no confinement at all." },
      { "--security-opt", value = "OPTION", many = true,
         help = "no-new-privileges, seccomp=, apparmor=, label=, systempaths=." },
   },
   fields = { cap_add = "cap_add", cap_drop = "cap_drop", privileged = "privileged" },
   reads = {
      no_new_privileges = "security_opt", seccomp = "security_opt", apparmor = "security_opt",
      selinux = "security_opt",
   },
   read = read,
}
