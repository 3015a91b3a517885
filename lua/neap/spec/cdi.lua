--- Devices by the names their vendors gave them: the Container Device Interface.

local defaults = require "neap.defaults"

local cdi = { options = { "devices" }, paths = { "hooks", "linux.intelRdt" } }

local function names_of(config)
   local names = {}
   for _, device in ipairs(config.devices or {}) do names[#names + 1] = device.cdi end
   return names
end

---@param spec table
---@param config table
---@param context neap.spec.Context
---@return true? ok
---@return string? why
function cdi.apply(spec, config, context)
   local names = names_of(config)
   if #names == 0 then return true end
   local list, unknown = require "neap.cdi".find(
      context.machine, context.cdi_dirs or defaults.cdi_dirs, names
   )
   if not list then return nil, "devices: " .. unknown end

   local edits, shared = require "neap.cdi.edits", {}
   for _, device in ipairs(list) do
      local ok, why = true, nil
      if device.shared and not shared[device.path] then
         shared[device.path] = true
         ok, why = edits.apply(spec, device.shared, context)
      end
      if ok then ok, why = edits.apply(spec, device.edits, context) end
      if not ok then
         return nil, ("devices: %s, by %s: %s"):format(device.name, device.path, why)
      end
   end
   return true
end

return cdi
