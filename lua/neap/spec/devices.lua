--- Which devices a container may open: none but the harmless ones, which the
--- runtime puts into its /dev.

local devices = { options = {}, paths = { "linux.devices", "linux.resources.devices" } }

local HARMLESS <const> = {
   { 1, 3 }, -- null
   { 1, 8 }, -- random
   { 1, 7 }, -- full
   { 5, 0 }, -- tty
   { 1, 5 }, -- zero
   { 1, 9 }, -- urandom
   { 5, 1 }, -- console
   { 136 }, -- pts/*
   { 5, 2 }, -- ptmx
}

--- The rules of the device cgroup, the last that matches deciding.
local function rules_of_default()
   local rules = { { allow = false, access = "rwm" } }
   for _, numbers in ipairs(HARMLESS) do
      rules[#rules + 1] = {
         allow = true, type = "c", major = numbers[1], minor = numbers[2], access = "rwm",
      }
   end
   return rules
end

---@param spec table
function devices.begin(spec)
   spec.linux.resources = { devices = rules_of_default() }
end

return devices
