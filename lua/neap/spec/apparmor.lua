--- The AppArmor profile of a container's processes: docker's own, where the machine
--- has AppArmor and the profile is loaded; docker's daemon does that, and so may
--- apparmor_parser(8). Without either there is none, and one that is asked for by
--- name and is not there is refused.

local defaults = require "neap.defaults"
local fields = require "neap.fields"
local nearest = require "neap.nearest"

local apparmor = {
   options = { "apparmor" }, paths = { "process.apparmorProfile" }, is_of_each = true,
}

local function check(name, machine)
   if not machine.has_apparmor() then
      return nil, ("apparmor: %s is asked for, and this machine does not have AppArmor enabled "
         .. "(/sys/module/apparmor/parameters/enabled)"):format(name)
   end
   if name == "unconfined" then return true end
   local is_loaded, loaded = machine.has_profile(name)
   if is_loaded or not loaded then return true end
   return nil, ("apparmor: the profile %s is not loaded on this machine%s "
      .. "(/sys/kernel/security/apparmor/profiles)"):format(
      name, nearest.hint(name, fields.names(loaded)))
end

local function of_machine(machine)
   local is_there = machine.has_apparmor() and machine.has_profile(defaults.apparmor)
   return is_there and defaults.apparmor or nil
end

---@param spec table
---@param config table
---@param context neap.spec.Context
---@return true? ok
---@return string? why
function apparmor.apply(spec, config, context)
   local machine = context.machine
   local option = config.apparmor and "apparmor" or config.privileged and "privileged"
   local wanted = config.apparmor or config.privileged and "unconfined"
   if not wanted then
      if not context.is_whole then spec.process.apparmorProfile = of_machine(machine) end
      return true
   end
   -- Where there is no AppArmor all is unconfined, and runc takes no name at all.
   if wanted == "unconfined" and not machine.has_apparmor() then wanted = nil end
   if wanted then
      local ok, why = check(wanted, machine)
      if not ok then return nil, why end
   end
   spec.process.apparmorProfile = wanted
   context.origin["process.apparmorProfile"] = option
   return true
end

return apparmor
