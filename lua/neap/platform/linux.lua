--- What a container is like on Linux. `neap.platform.windows` has the same names.

local bundle = require "neap.bundle"
local copy = require "neap.copy"
local labels = require "neap.labels"
local walk = require "neap.platform.walk"

local linux = {}

local RESOURCES_URL <const> = "types.containerd.io/opencontainers/runtime-spec/1/LinuxResources"
local RUNC_OPTIONS <const> = "containerd.runc.v1.Options"

---@class neap.platform.StdioNames
---@field container string  id
---@field process? string   exec id; default: the container's own process
---@field start? string     tells one start's FIFOs from another's
---@field bundle string     directory
---@field stdin? boolean    is it wanted?
---@field terminal? boolean  then there is no stderr

--- Name the FIFOs of a process. What is not wanted is nil.
---@param wanted neap.platform.StdioNames
---@return { stdin: string?, stdout: string, stderr: string? }
function linux.stdio_names(wanted)
   local process = wanted.process or wanted.container
   local start = wanted.start and "." .. wanted.start or ""
   local function name(stream)
      return ("%s/%s%s-%s"):format(wanted.bundle, process, start, stream)
   end
   return {
      stdin = wanted.stdin and name "stdin" or nil,
      stdout = name "stdout",
      stderr = not wanted.terminal and name "stderr" or nil,
   }
end

--- The host's id for the container's id 0; 0 where nothing maps it.
local function host_id(mappings)
   for _, mapping in ipairs(mappings or {}) do
      local first = mapping.containerID or 0
      if first == 0 and (mapping.size or 0) > 0 then return mapping.hostID or 0 end
   end
   return 0
end

--- Who the container's root is on the host: 0 and 0 without a user namespace.
---@param spec table
---@return integer uid
---@return integer gid
function linux.spec_user(spec)
   local maps = spec.linux
   if not maps or not (maps.uidMappings or maps.gidMappings) then return 0, 0 end
   for _, namespace in ipairs(maps.namespaces or {}) do
      if namespace.type == "user" then
         return host_id(maps.uidMappings), host_id(maps.gidMappings)
      end
   end
   return 0, 0
end

---@class neap.platform.Bundle
---@field root string       the bundle root
---@field engine string     containerd's address
---@field namespace string
---@field id string
---@field spec? table       for a user namespace
---@field owner? integer    our own user id; default 0
---@field stat function     see neap.platform.Walk
---@field lstat? function

--- Decide where a container's bundle goes and which directories that takes.
---@param wanted neap.platform.Bundle
---@return { path: string, labels: table, steps: neap.platform.Step[] }? bundle
---@return string? why
---@return string? errno
function linux.bundle(wanted)
   local uid, gid = linux.spec_user(wanted.spec or {})
   local steps, why, errno = walk.decide {
      path = bundle.path(wanted), root = wanted.root, uid = uid, gid = gid,
      owner = wanted.owner, stat = wanted.stat, lstat = wanted.lstat,
   }
   if not steps then return nil, why, errno end

   local last = steps[#steps].path
   return { path = last, labels = { [labels.bundle] = last }, steps = steps }
end

---@class neap.platform.TaskOptions
---@field runtime? string    the container's
---@field options? { type_url: string, value: any }  the container's runtime options
---@field uid? integer       spec_user's
---@field gid? integer
---@field log_level? string

--- Options of a task where they must differ from the container's: its root's own
--- ids for the pipes, in a user namespace. Task options replace the container's
--- entirely, so what those said is in the copy.
---@param wanted neap.platform.TaskOptions
---@return { type_url: string, value: table }? any  nil: the container's will do
function linux.task_options(wanted)
   local uid, gid = wanted.uid or 0, wanted.gid or 0
   local options = wanted.options
   if uid == 0 and gid == 0 then return nil end
   if options and options.type_url ~= RUNC_OPTIONS then return nil end

   local value = copy.deep(options and options.value or {})
   value.io_uid, value.io_gid = uid, gid
   return { type_url = RUNC_OPTIONS, value = value }
end

--- What Tasks/Update is sent; nil: nothing needs to be.
---@param resources table  from neap.resources
---@return { type_url: string, value: table }? any
function linux.update(resources)
   if not next(resources) then return nil end
   return { type_url = RESOURCES_URL, value = resources }
end

--- Rows about a task's processes; see neap.summary.
---@param info neap.summary.Info
---@return table[]? rows
---@return neap.Error? err
function linux.summary(info)
   return require "neap.summary".linux(info)
end

return linux
