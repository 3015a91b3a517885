--- Which devices a container may open: the harmless ones, which the runtime puts
--- into its /dev, and those of the host that it is given, each with its node
--- (linux.devices) and its rule (linux.resources.devices), as docker does it.

local mounts = require "neap.spec.mounts"

local devices = {
   options = { "devices", "device_cgroup_rules" },
   paths = { "linux.devices", "linux.resources.devices" },
}

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

--- Put in a node; one that is there at the same path gives way.
---@param spec table
---@param node table
function devices.put(spec, node)
   local list = spec.linux.devices or {}
   spec.linux.devices = list
   for i, other in ipairs(list) do
      if other.path == node.path then table.remove(list, i) break end
   end
   list[#list + 1] = node
end

--- Put in a rule, behind those that are there.
---@param spec table
---@param rule table
function devices.allow(spec, rule)
   local resources = spec.linux.resources or {}
   spec.linux.resources = resources
   resources.devices = resources.devices or {}
   table.insert(resources.devices, rule)
end

--- In a user namespace no node can be made. The runtime mounts the host's of the
--- same path there, so that one by another name has to be mounted by us.
local function mount(spec, host, node)
   spec.mounts = spec.mounts or {}
   mounts.put(spec.mounts, {
      destination = node.path, source = host, type = "bind",
      options = { "bind", "rprivate", "nosuid", "noexec" },
   })
end

--- Give a container one device.
---@param spec table
---@param node neap.Node
---@param host string    the node's path on the host
---@param access string  some of r, w and m
---@param context neap.spec.Context
function devices.give(spec, node, host, access, context)
   if spec.linux.uidMappings and host ~= node.path then
      mount(spec, host, node)
      context.origin["mounts[" .. node.path .. "]"] = "devices"
   else
      devices.put(spec, node)
      context.origin["linux.devices[" .. node.path .. "]"] = "devices"
   end
   devices.allow(spec, {
      allow = true, type = node.type, major = node.major, minor = node.minor, access = access,
   })
   context.origin["linux.resources.devices"] = "devices"
end

local function put_device(spec, device, context)
   local list, why = require "neap.nodes".at(context.machine, device.host, device.path)
   if not list then return nil, why end
   for _, node in ipairs(list) do
      local host = device.host .. node.path:sub(#device.path + 1)
      devices.give(spec, node, host, device.permissions, context)
   end
   return true
end

---@param spec table
---@param config table
---@param context neap.spec.Context
---@return true? ok
---@return string? why
function devices.apply(spec, config, context)
   for i, device in ipairs(config.devices or {}) do
      if device.host then
         local ok, why = put_device(spec, device, context)
         if not ok then return nil, ("devices[%d]: %s"):format(i, why) end
      end
   end
   for _, rule in ipairs(config.device_cgroup_rules or {}) do
      devices.allow(spec, rule)
      context.origin["linux.resources.devices"] = config.devices
         and "devices, device_cgroup_rules" or "device_cgroup_rules"
   end
   return true
end

return devices
