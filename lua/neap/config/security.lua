--- Fields about what a container's processes may do.

local capabilities = require "neap.config.capabilities"
local escape = require "neap.escape"
local path = require "neap.path"
local strings = require "neap.config.strings"
local values = require "neap.config.values"

local function paths(name)
   return function(value)
      local list, why = strings.list(value, name)
      if not list then return nil, why end
      for i, item in ipairs(list) do
         if not path.is_plain(item) then
            return nil, ("%s[%d]: %s is not an absolute path"):format(
               name, i, escape.show(item)
            )
         end
      end
      return list
   end
end

return {
   cap_add = function(value) return capabilities.parse(value, "cap_add") end,
   cap_drop = function(value) return capabilities.parse(value, "cap_drop") end,
   no_new_privileges = values.named("no_new_privileges", values.boolean),
   privileged = values.named("privileged", values.boolean),
   seccomp = values.late("neap.config.seccomp", "parse"),
   apparmor = values.named("apparmor", values.word),
   selinux = values.late("neap.config.selinux", "parse"),
   masked_paths = paths "masked_paths",
   readonly_paths = paths "readonly_paths",
}
