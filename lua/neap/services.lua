--- client.leases and the like: a service of containerd's, its RPCs in snake_case.

local core = require "neap.core"

local services = {}

local function snake(name)
   return (name:gsub("(%l)(%u)", "%1_%2"):gsub("(%u)(%u%l)", "%1_%2"):lower())
end

local known

--- { leases = { create = { path=, kind= }, … }, … }
local function table_of_services()
   known = {}
   for _, service in ipairs(core.services()) do
      local name = service.name:match "^containerd%.services%.(%w+)%.v1%.%w+$"
      if name then
         local methods = known[name] or {}
         for _, method in ipairs(service.methods) do methods[snake(method.name)] = method end
         known[name] = methods
      end
   end
   return known
end

--- Errors say what was called: "leases.create".
local function caller(client, method, op)
   local kind = method.kind == "unary" and "call" or "stream"
   return function(_, request, options)
      local answer, err = client[kind](client, method.path, request, options)
      if not err then return answer end
      err.op = op
      return nil, err
   end
end

--- The service `name` bound to a client; nil where there is none.
---@param client neap.Client
---@param name string
---@return table?
function services.find(client, name)
   local methods = (known or table_of_services())[name]
   if not methods then return nil end
   local state = core.state(client)
   state.services = state.services or {}
   local bound = state.services[name]
   if bound then return bound end

   bound = setmetatable({}, {
      __name = "neap.service", __tostring = function() return "neap.service " .. name end,
   })
   for method_name, method in pairs(methods) do
      bound[method_name] = caller(client, method, name .. "." .. method_name)
   end
   state.services[name] = bound
   return bound
end

return services
