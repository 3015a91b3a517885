--- Options that are right each by itself, and wrong together: what is shared cannot
--- be had otherwise than who shares it has it.

local escape = require "neap.escape"
local fields = require "neap.fields"
local sysctls = require "neap.sysctls"

local together = {}

--- The option that says where a type of namespace comes from.
local OPTIONS <const> = { network = "network", ipc = "ipc", uts = "uts" }

local function kind_of(checked, option)
   return checked[option] and checked[option].kind
end

local function is_shared(checked, option)
   local kind = kind_of(checked, option)
   return kind == "host" or kind == "container"
end

local function said(namespace)
   return namespace.id and "container:" .. namespace.id or namespace.kind
end

local function check_names(checked)
   if not is_shared(checked, "uts") then return end
   for _, name in ipairs { "hostname", "domainname" } do
      if checked[name] then
         return ('uts, %s: with uts = "%s" the name is not the container\'s'):format(
            name, said(checked.uts)
         )
      end
   end
end

local function check_shm(checked)
   if checked.shm_size and (kind_of(checked, "ipc") == "host" or kind_of(checked, "ipc") == "none")
   then
      return ('ipc, shm_size: with ipc = "%s" there is no /dev/shm of the container\'s own')
         :format(checked.ipc.kind)
   end
end

local function check_sysctls(checked)
   for _, name in ipairs(fields.names(checked.sysctl or {})) do
      local option = OPTIONS[sysctls.namespace(name)]
      if not option then
         return ("sysctl: %s is the whole machine's (%s)"):format(
            escape.show(name), sysctls.allowed
         )
      end
      if kind_of(checked, option) == "host" then
         return ('%s, sysctl: with %s = "host" %s would be set for the whole machine'):format(
            option, option, escape.show(name)
         )
      end
   end
end

--- The kernel lets nobody mount a proc or an mqueue of a namespace that the user
--- namespace does not own.
local function check_userns(checked)
   if not checked.userns or not checked.userns.uidMappings then return end
   for _, option in ipairs { "pid", "ipc" } do
      local is_refused = kind_of(checked, option) == "container"
         or option == "pid" and kind_of(checked, option) == "host"
      if is_refused then
         return ('%s, userns: a user namespace of its own cannot have %s = "%s"'):format(
            option, option, said(checked[option])
         )
      end
   end
end

--- Check what was checked field by field.
---@param checked table
---@return true? ok
---@return string? why  names the options
function together.check(checked)
   for _, rule in ipairs { check_names, check_shm, check_sysctls, check_userns } do
      local why = rule(checked)
      if why then return nil, why end
   end
   return true
end

return together
