--- What each field of a spec may be: the OCI runtime-spec's config.md and
--- config-linux.md, as runc 1.1 reads them.

local accounts = require "neap.accounts"
local capabilities = require "neap.config.capabilities"
local escape = require "neap.escape"
local shape = require "neap.spec.shape"
local strings = require "neap.config.strings"

local boolean, text, word, path = shape.boolean, shape.text, shape.word, shape.path
local list, map, object, one_of = shape.list, shape.map, shape.object, shape.one_of

local MOST_32 <const> = 0xffffffff
local int64 = shape.integer(math.mininteger, math.maxinteger)
local uint64 = shape.integer(0)
local uint32 = shape.integer(0, MOST_32)
local uint16 = shape.integer(0, 0xffff)
local account = shape.integer(0, accounts.highest)
local texts = list(text)

--- What execve gets. `pattern` is what it must look like, in words.
local function argument(pattern, allowed)
   return function(value)
      local ok, why = strings.one(value)
      if not ok then return why, "" end
      if pattern and not value:find(pattern) then
         return ("%s is not %s"):format(escape.show(value), allowed), ""
      end
   end
end

local function prefixed(prefix, names)
   local whole = {}
   for i, name in ipairs(names) do whole[i] = prefix .. name end
   return whole
end

local capability_set = list(one_of(prefixed("CAP_", capabilities.all)))

local rlimit = shape.both(
   object({
      type = one_of(prefixed("RLIMIT_", {
         "AS", "CORE", "CPU", "DATA", "FSIZE", "LOCKS", "MEMLOCK", "MSGQUEUE", "NICE",
         "NOFILE", "NPROC", "RSS", "RTPRIO", "RTTIME", "SIGPENDING", "STACK",
      })),
      soft = uint64, hard = uint64,
   }, { "type", "soft", "hard" }),
   function(value)
      if value.soft <= value.hard then return end
      return ("%s is above the hard limit, %s"):format(value.soft, value.hard), ".soft"
   end
)

local command = {
   args = list(argument()), env = list(argument("^[^=]+=", '"NAME=value"')), commandLine = text,
   terminal = boolean, cwd = word,
}

local process = object({
   terminal = boolean,
   consoleSize = object({ height = uint16, width = uint16 }, { "height", "width" }),
   user = object {
      uid = account, gid = account, umask = shape.integer(0, 511 --[[0777]]),
      additionalGids = list(uint32), username = text,
   },
   args = command.args, env = command.env, commandLine = text, cwd = path,
   capabilities = object {
      bounding = capability_set, effective = capability_set, permitted = capability_set,
      inheritable = capability_set, ambient = capability_set,
   },
   rlimits = shape.list_by(rlimit, "type"),
   noNewPrivileges = boolean,
   apparmorProfile = text,
   oomScoreAdj = shape.integer(-1000, 1000),
   selinuxLabel = text,
}, { "cwd" })

local id_mapping = object(
   { containerID = uint32, hostID = uint32, size = shape.integer(1, MOST_32) },
   { "containerID", "hostID", "size" }
)
local id_mappings = list(id_mapping)

local mount = object({
   destination = path, type = text, source = text, options = texts,
   uidMappings = id_mappings, gidMappings = id_mappings,
}, { "destination" })

local hooks = list(object({
   path = path, args = texts, env = texts, timeout = shape.integer(1, math.maxinteger),
}, { "path" }))

local device = object({
   type = one_of { "c", "b", "u", "p" }, path = path, major = int64, minor = int64,
   fileMode = shape.integer(0, MOST_32), uid = uint32, gid = uint32,
}, { "type", "path" })

local function access(value)
   if type(value) == "string" and value:find "^[rwm]*$" then return end
   return ("%s is not made of r, w and m"):format(escape.show(value)), ""
end

local weights = { weight = uint16, leafWeight = uint16, major = int64, minor = int64 }
local rates = list(object({ major = int64, minor = int64, rate = uint64 }, { "major", "minor" }))

local resources = object {
   devices = list(object({
      allow = boolean, type = one_of { "a", "c", "b", "" }, major = int64, minor = int64,
      access = access,
   }, { "allow" })),
   memory = object {
      limit = int64, reservation = int64, swap = int64, kernel = int64, kernelTCP = int64,
      swappiness = shape.integer(0, 100), disableOOMKiller = boolean, useHierarchy = boolean,
   },
   cpu = object {
      shares = uint64, quota = int64, period = uint64, realtimeRuntime = int64,
      realtimePeriod = uint64, cpus = text, mems = text,
   },
   pids = object({ limit = int64 }, { "limit" }),
   blockIO = object {
      weight = uint16, leafWeight = uint16, weightDevice = list(object(weights)),
      throttleReadBpsDevice = rates, throttleWriteBpsDevice = rates,
      throttleReadIOPSDevice = rates, throttleWriteIOPSDevice = rates,
   },
   hugepageLimits = shape.list_by(
      object({ pageSize = word, limit = uint64 }, { "pageSize", "limit" }), "pageSize"
   ),
   network = object {
      classID = uint32,
      priorities = list(object({ name = word, priority = uint32 }, { "name", "priority" })),
   },
   rdma = map(object { hcaHandles = uint32, hcaObjects = uint32 }),
   unified = map(text),
}

--- Where in the cgroup tree: a path, or "slice:prefix:name" for systemd.
local function cgroups_path(value)
   if type(value) ~= "string" then return text(value) end
   for part in value:gmatch "[^/]+" do
      if part == ".." then
         return ('%s has ".." in it'):format(escape.show(value)), ""
      end
   end
   return text(value)
end

local linux = object {
   uidMappings = id_mappings, gidMappings = id_mappings,
   namespaces = shape.list_by(object({
      type = one_of { "pid", "network", "mount", "ipc", "uts", "user", "cgroup" }, path = path,
   }, { "type" }), "type"),
   devices = shape.list_by(device, "path"),
   cgroupsPath = cgroups_path,
   resources = resources,
   sysctl = map(text),
   rootfsPropagation = one_of {
      "", "shared", "slave", "private", "unbindable",
      "rshared", "rslave", "rprivate", "runbindable",
   },
   seccomp = require "neap.seccomp.schema",
   maskedPaths = list(path), readonlyPaths = list(path),
   mountLabel = text, intelRdt = object {},
}

---@type table<string, neap.spec.Check>  by platform, and a process alone
local schema = {
   process = process,
   windows = object(
      { ociVersion = word, process = object(command, { "cwd" }) }, { "ociVersion", "process" }
   ),
}

schema.linux = object({
   ociVersion = word,
   root = object({ path = word, readonly = boolean }, { "path" }),
   hostname = text, domainname = text,
   process = process,
   mounts = list(mount),
   annotations = map(text),
   hooks = object {
      prestart = hooks, createRuntime = hooks, createContainer = hooks,
      startContainer = hooks, poststart = hooks, poststop = hooks,
   },
   linux = linux,
}, { "ociVersion", "process", "root" })

return schema
