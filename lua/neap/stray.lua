--- What containerd lost: killed in the middle of Tasks/Create, it knows no task
--- when it is back, and nobody would ever end the shim or remove the cgroup.
---
--- Where it knows the shim at least, the task that it lacks can be deleted, and the
--- shim goes. Else the task is created again, on what is there, and deleted then.
--- Nothing of the user's runs meanwhile.

local core = require "neap.core"
local defaults = require "neap.defaults"
local failure = require "neap.error"
local fs = core.fs

local stray = {}

local function read(path)
   local file <close> = io.open(path, "rb")
   return file and file:read "a" or ""
end

--- What a shim's arguments have, and no other container's.
local function arguments_of(container)
   local client = core.container_client(container)
   return table.concat({
      "", "-namespace", client:namespace(), "-id", container.id, "-address", client:address(), "",
   }, "\0")
end

--- The pid of its shim; nil where there is none.
local function find_shim(container)
   local words = arguments_of(container)
   for _, name in ipairs(fs.list "/proc" or {}) do
      local proc = "/proc/" .. name
      if name:find "^%d+$" and read(proc .. "/cmdline"):find(words, 1, true)
         and read(proc .. "/comm"):find "^containerd%-shim" then
         return math.tointeger(name)
      end
   end
end

local CGROUPS <const> = "/sys/fs/cgroup"

--- Under the one hierarchy, or under one of several.
local function has_cgroup(container)
   local spec = container.spec
   local path = spec and spec.linux and spec.linux.cgroupsPath or ""
   if path:sub(1, 1) ~= "/" then return false end
   if fs.lstat(CGROUPS .. path) then return true end
   for _, name in ipairs(fs.list(CGROUPS) or {}) do
      if fs.lstat(CGROUPS .. "/" .. name .. path) then return true end
   end
   return false
end

local function is_there(container)
   return find_shim(container) ~= nil or has_cgroup(container)
end

local function send(container, method, request)
   request.container_id = container.id
   return core.container_client(container):call(
      "containerd.services.tasks.v1.Tasks/" .. method, request
   )
end

--- Its shim's pid, if that does not end by itself.
local function await_shim(container)
   local deadline, pid = core.now() + defaults.delete.shim_timeout, find_shim(container)
   while pid and core.now() < deadline do
      core.sleep(defaults.delete.pause)
      pid = find_shim(container)
   end
   return pid
end

--- Delete the task; its shim ends a little later.
local function delete(container)
   local ok, err = send(container, "Delete", {})
   if ok then await_shim(container) end
   return ok, err
end

--- Try to remove it once.
local function remove(container)
   local ok, err = delete(container)
   if not ok and err.code == "unavailable" then return nil, err end
   if not is_there(container) then return true end
   ok, err = send(container, "Create", {})
   if ok then
      send(container, "Kill", { signal = 9, all = true })
      ok, err = delete(container)
   end
   if not ok and err.code == "unavailable" then return nil, err end
   return true
end

--- The socket that it listens on; one that is killed leaves it, and so does containerd.
local function socket_of(pid)
   local address = read(("/proc/%d/cwd/address"):format(pid))
   local path = address:match "^unix://(/run/containerd/s/%x+)$"
   local found = path and fs.lstat(path)
   return found and found.type == "socket" and path or nil
end

--- A shim that nothing can be asked of any more: who asked containerd to start it
--- was killed meanwhile, and containerd left it waiting at a pipe. It holds nothing.
local function kill_shim(container)
   local pid = await_shim(container)
   if not pid then return true end
   local socket = socket_of(pid)
   local ok, errno = core.pid.kill(pid, arguments_of(container))
   if ok and socket then fs.unlink(socket) end
   if ok or errno == "ESRCH" then return true end
   return nil, failure.new { code = "failed_precondition", op = "container.delete",
      id = container.id, message = ("shim %d cannot be killed: %s"):format(pid, errno),
      left = { "shim " .. pid } }
end

--- Remove what may be there of a container that has no task. What was begun for a
--- client that is gone may be about to end, so it is looked for again. Where the record
--- is gone too it is no stray but an orphan, whose record comes first.
---@param container neap.Container
---@return true? ok
---@return neap.Error? err  `unavailable`: not now
function stray.finish(container)
   if not is_there(container) then return true end
   local recorded, unknown = core.container_refresh(container)
   if not recorded then return unknown.code == "not_found" or nil, unknown end
   for _ = 1, defaults.delete.tries do
      local ok, err = remove(container)
      if not ok then return nil, err end
      if not is_there(container) then return true end
      core.sleep(defaults.delete.pause)
   end
   return kill_shim(container)
end

return stray
