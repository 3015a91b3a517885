--- What a container sees mounted.

local copy = require "neap.copy"
local defaults = require "neap.defaults"

local mounts = { options = { "mounts", "shm_size" }, paths = { "mounts" } }

--- The mounts containerd 1.6 gives a container on Linux.
local function defaults_of_containerd()
   return {
      {
         destination = "/proc", type = "proc", source = "proc",
         options = { "nosuid", "noexec", "nodev" },
      },
      {
         destination = "/dev", type = "tmpfs", source = "tmpfs",
         options = { "nosuid", "strictatime", "mode=755", "size=65536k" },
      },
      {
         destination = "/dev/pts", type = "devpts", source = "devpts",
         options = {
            "nosuid", "noexec", "newinstance", "ptmxmode=0666", "mode=0620", "gid=5",
         },
      },
      {
         destination = "/dev/shm", type = "tmpfs", source = "shm",
         options = {
            "nosuid", "noexec", "nodev", "mode=1777",
            ("size=%dk"):format(defaults.shm_size // 1024),
         },
      },
      {
         destination = "/dev/mqueue", type = "mqueue", source = "mqueue",
         options = { "nosuid", "noexec", "nodev" },
      },
      {
         destination = "/sys", type = "sysfs", source = "sysfs",
         options = { "nosuid", "noexec", "nodev", "ro" },
      },
      {
         destination = "/run", type = "tmpfs", source = "tmpfs",
         options = { "nosuid", "strictatime", "mode=755", "size=65536k" },
      },
   }
end

--- Find the mount at a destination.
---@param list table[]
---@param destination string
---@return table? mount
---@return integer? position
function mounts.find(list, destination)
   for i, mount in ipairs(list) do
      if mount.destination == destination then return mount, i end
   end
end

--- Add a mount; one that is there at the same place gives way.
---@param list table[]
---@param mount table
function mounts.put(list, mount)
   local _, position = mounts.find(list, mount.destination)
   if position then table.remove(list, position) end
   list[#list + 1] = copy.deep(mount)
end

--- Replace the option that begins with `name=`; without a value, drop it.
---@param mount table
---@param name string
---@param value? string|integer
function mounts.set_option(mount, name, value)
   local kept = {}
   for _, option in ipairs(mount.options or {}) do
      if option:match("^[^=]*") ~= name then kept[#kept + 1] = option end
   end
   if value then kept[#kept + 1] = name .. "=" .. value end
   mount.options = kept
end

---@param spec table
function mounts.begin(spec)
   spec.mounts = defaults_of_containerd()
end

--- Put a config's mounts into a spec.
---@param spec table
---@param config table
---@param context neap.spec.Context
function mounts.apply(spec, config, context)
   for _, mount in ipairs(config.mounts or {}) do
      spec.mounts = spec.mounts or {}
      mounts.put(spec.mounts, mount)
      context.origin["mounts[" .. mount.destination .. "]"] = "mounts"
   end

   local shm = config.shm_size and mounts.find(spec.mounts or {}, "/dev/shm")
   if shm then
      mounts.set_option(shm, "size", config.shm_size)
      context.origin["mounts[/dev/shm]"] = "shm_size"
   end
end

return mounts
