--- What a container has for itself, apart from the host's, and what it shares with
--- the host or with another container. namespaces(7); docker's --pid, --ipc, --uts
--- and --cgroupns. The network and the user namespace are concerns of their own.
--
-- /dev/shm is a file system, and no namespace's: with ipc = "host" the host's is
-- mounted. That of another container cannot be: the kernel mounts nothing from
-- another mount namespace.

local mounts = require "neap.spec.mounts"

local namespaces = {
   options = { "pid", "ipc", "uts", "cgroupns" }, paths = { "linux.namespaces" },
}

local OWN <const> = { "pid", "ipc", "uts", "mount", "network" }

local TYPES <const> = { pid = "pid", ipc = "ipc", uts = "uts", cgroupns = "cgroup" }

--- Where a process shows its namespace of a type, if not by the type's name.
local FILES <const> = { network = "net" }

---@param spec table
function namespaces.begin(spec)
   local list = {}
   for i, kind in ipairs(OWN) do list[i] = { type = kind } end
   spec.linux.namespaces = list
end

local function remove(spec, kind)
   local list = spec.linux.namespaces or {}
   spec.linux.namespaces = list
   for i, namespace in ipairs(list) do
      if namespace.type == kind then
         table.remove(list, i)
         return
      end
   end
end

--- Have a namespace of a type as it is wanted.
---@param spec table
---@param kind string  OCI's type
---@param wanted neap.config.Namespace
---@param context neap.spec.Context
function namespaces.set(spec, kind, wanted, context)
   remove(spec, kind)
   if wanted.kind == "host" then return end
   local path = wanted.kind == "container" and ("/proc/%d/ns/%s"):format(
      context.joined[wanted.id].pid, FILES[kind] or kind
   ) or nil
   table.insert(spec.linux.namespaces, { type = kind, path = path })
end

local function drop_mount(spec, destination, origin)
   local _, position = mounts.find(spec.mounts or {}, destination)
   if position then table.remove(spec.mounts, position) end
   origin["mounts[" .. destination .. "]"] = "ipc"
end

--- What somebody asked to be mounted there stays.
local function is_ours(destination, origin)
   return origin["mounts[" .. destination .. "]"] == nil
end

--- In the place of a mount of ours the host's own.
local function share_mount(spec, destination, context)
   if not is_ours(destination, context.origin) then return end
   drop_mount(spec, destination, context.origin)
   if not context.machine.exists(destination) then return end
   mounts.put(spec.mounts, {
      destination = destination, type = "bind", source = destination,
      options = { "rbind", "rprivate", "nosuid", "noexec", "nodev" },
   })
end

local function put_ipc(spec, config, context)
   local is_none = config.ipc.kind == "none" and is_ours("/dev/shm", context.origin)
   if is_none then drop_mount(spec, "/dev/shm", context.origin) end
   if config.ipc.kind ~= "host" then return end
   spec.mounts = spec.mounts or {}
   share_mount(spec, "/dev/shm", context)
   -- Who does not own the ipc namespace may not mount its queues anew.
   if config.userns then share_mount(spec, "/dev/mqueue", context) end
end

---@param spec table
---@param config table
---@param context neap.spec.Context
function namespaces.apply(spec, config, context)
   for _, option in ipairs(namespaces.options) do
      local wanted = config[option]
      if wanted then
         namespaces.set(spec, TYPES[option], wanted, context)
         context.origin["linux.namespaces[" .. TYPES[option] .. "]"] = option
      end
   end
   if config.ipc then put_ipc(spec, config, context) end
   if config.uts and config.uts.kind ~= "private" then
      spec.hostname = nil
      context.origin.hostname = "uts"
   end
end

return namespaces
