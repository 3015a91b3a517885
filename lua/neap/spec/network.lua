--- Which network a container is on.

local mounts = require "neap.spec.mounts"
local namespaces = require "neap.spec.namespaces"

local network = { options = { "network" }, paths = { "linux.namespaces[network]" } }

--- The host's names are the container's too, as with `ctr run --net-host`.
local function use_host_files(spec, exists, origin)
   for _, file in ipairs { "/etc/hosts", "/etc/resolv.conf" } do
      spec.mounts = spec.mounts or {}
      if exists(file) and not mounts.find(spec.mounts, file) then
         mounts.put(spec.mounts, {
            destination = file, type = "bind", source = file, options = { "rbind", "ro" },
         })
         origin["mounts[" .. file .. "]"] = "network"
      end
   end
end

--- sysfs shows the network namespace it is mounted in, and a user namespace that
--- does not own that one may not mount it: show the host's instead.
local function bind_sysfs(spec, origin)
   local sys = mounts.find(spec.mounts or {}, "/sys")
   if not sys or sys.type ~= "sysfs" then return end
   mounts.put(spec.mounts, {
      destination = "/sys", type = "bind", source = "/sys",
      options = { "rbind", "nosuid", "noexec", "nodev", "ro" },
   })
   origin["mounts[/sys]"] = "network"
end

--- Put a config's network into a spec. "none", the default, is a namespace of its
--- own, in which the runtime brings up loopback and nothing else.
---@param spec table
---@param config table
---@param context neap.spec.Context
function network.apply(spec, config, context)
   local wanted = config.network
   if not wanted or wanted.kind == "none" then return end

   context.origin["linux.namespaces[network]"] = "network"
   namespaces.set(spec, "network", wanted, context)
   if wanted.kind == "host" then
      use_host_files(spec, context.machine.exists, context.origin)
   end
   if config.userns and config.userns.kind ~= "host" then bind_sysfs(spec, context.origin) end
end

return network
