--- A container that may do what the host's root may, as docker's --privileged: all
--- capabilities, no system call filtered, nothing masked or read-only in /proc and
--- /sys, every device. It comes before the concerns that an option of their own
--- decides, which goes before what is implied here; seccomp and labels follow it.

local capabilities = require "neap.spec.capabilities"
local devices = require "neap.spec.devices"
local json = require "neap.json"
local mounts = require "neap.spec.mounts"
local nodes = require "neap.nodes"

local privileged = { options = { "privileged" }, paths = {} }

local WRITABLE <const> = { sysfs = true, cgroup = true, cgroup2 = true }

local function is_named(options, name)
   for _, option in ipairs(options) do
      if option == name then return true end
   end
   return false
end

--- Mounts of the user's own stay as they are.
local function open_mounts(spec, origin)
   for _, mount in ipairs(spec.mounts or {}) do
      local noted = origin["mounts[" .. mount.destination .. "]"]
      local is_ours = noted ~= "mounts"
         and (WRITABLE[mount.type] or mount.destination == "/sys" and mount.type == "bind")
      if is_ours and is_named(mount.options or {}, "ro") then
         mounts.set_option(mount, "ro")
         table.insert(mount.options, "rw")
         origin["mounts[" .. mount.destination .. "]"] = "privileged"
      end
   end
end

--- The host's nodes but its console, which a terminal takes the place of.
local function open_devices(spec, context)
   for _, node in ipairs(nodes.at(context.machine, "/dev", "/dev") or {}) do
      if node.path ~= "/dev/console" then
         devices.put(spec, node)
         context.origin["linux.devices[" .. node.path .. "]"] = "privileged"
      end
   end
   spec.linux.resources = spec.linux.resources or {}
   spec.linux.resources.devices = { { allow = true, access = "rwm" } }
   context.origin["linux.resources.devices"] = "privileged"
end

---@param spec table
---@param config table
---@param context neap.spec.Context
function privileged.apply(spec, config, context)
   if not config.privileged then return end
   local origin = context.origin

   spec.process.capabilities = capabilities.sets(context.machine.capabilities())
   origin["process.capabilities"] = "privileged"
   spec.linux.maskedPaths, spec.linux.readonlyPaths = json.array(), json.array()
   origin["linux.maskedPaths"], origin["linux.readonlyPaths"] = "privileged", "privileged"
   open_mounts(spec, origin)
   open_devices(spec, context)
end

return privileged
