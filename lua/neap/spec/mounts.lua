--- What a container sees mounted.
--
-- In the order of docker's daemon (oci_linux.go): what is deeper comes later, lest
-- it be covered. runc 1.1 leaves a tmpfs the mode of a directory that is there,
-- whatever `mode=` says.

local copy = require "neap.copy"
local defaults = require "neap.defaults"
local path = require "neap.path"

local mounts = {
   options = { "mounts", "tmpfs", "shm_size" },
   paths = { "mounts", "linux.rootfsPropagation" },
}

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

--- Add a mount, in the place of one that is there at the same destination: what is
--- mounted below that stays below it.
---@param list table[]
---@param mount table
function mounts.put(list, mount)
   local _, position = mounts.find(list, mount.destination)
   list[position or #list + 1] = copy.deep(mount)
end

local function depth(mount) return #path.components(mount.destination) end

--- What is mounted deeper is mounted later, lest it be covered; else the order stays.
---@param list table[]  changed
function mounts.sort(list)
   local place = {}
   for i, mount in ipairs(list) do place[mount] = i end
   table.sort(list, function(a, b)
      local one, other = depth(a), depth(b)
      if one ~= other then return one < other end
      return place[a] < place[b]
   end)
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

--- A volume is a directory of ours.
local function mounted(mount, context)
   if mount.type ~= "volume" then return mount end
   return {
      type = "bind", source = context.volume(mount.source), destination = mount.destination,
      options = mount.options,
   }
end

--- Those that a config asks for, the deeper ones last.
local function put_all(spec, config, context)
   local all = {}
   for _, option in ipairs { "mounts", "tmpfs" } do
      for _, mount in ipairs(config[option] or {}) do
         all[#all + 1] = mount
         context.origin["mounts[" .. mount.destination .. "]"] = option
      end
   end
   if #all == 0 then return end
   mounts.sort(all)
   spec.mounts = spec.mounts or {}
   for _, mount in ipairs(all) do mounts.put(spec.mounts, mounted(mount, context)) end
end

--- Put a config's mounts into a spec.
---@param spec table
---@param config table
---@param context neap.spec.Context
---@return true? ok
---@return string? why
function mounts.apply(spec, config, context)
   put_all(spec, config, context)
   if config.mounts then
      local ok, why = require "neap.spec.propagation".apply(spec, config.mounts, context)
      if not ok then return nil, why end
   end

   local shm = config.shm_size and mounts.find(spec.mounts or {}, "/dev/shm")
   if shm then
      mounts.set_option(shm, "size", config.shm_size)
      context.origin["mounts[/dev/shm]"] = "shm_size"
   end
   return true
end

return mounts
