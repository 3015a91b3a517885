--- What containerd lost: killed in the middle of Tasks/Create, it knows no task
--- when it is back, and nobody would ever end the shim or remove the cgroup.
---
--- Where it knows the shim at least, the task that it lacks can be deleted, and the
--- shim goes. Else the task is created again, on what is there, and deleted then.
--- Nothing of the user's runs meanwhile.

local core = require "neap.core"
local defaults = require "neap.defaults"
local fs = core.fs

local stray = {}

local function has_shim(container)
   local client = core.container_client(container)
   local words = table.concat({
      "", "-namespace", client:namespace(), "-id", container.id, "-address", client:address(), "",
   }, "\0")
   for _, name in ipairs(fs.list "/proc" or {}) do
      local file = name:find "^%d+$" and io.open("/proc/" .. name .. "/cmdline", "rb")
      local line = file and file:read "a" or ""
      if file then file:close() end
      if line:find(words, 1, true) then return true end
   end
   return false
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
   return has_shim(container) or has_cgroup(container)
end

local function send(container, method, request)
   request.container_id = container.id
   return core.container_client(container):call(
      "containerd.services.tasks.v1.Tasks/" .. method, request
   )
end

--- Try to remove it once.
local function remove(container)
   local ok, err = send(container, "Delete", {})
   if not ok and err.code == "unavailable" then return nil, err end
   if not is_there(container) then return true end
   ok, err = send(container, "Create", {})
   if ok then
      send(container, "Kill", { signal = 9, all = true })
      ok, err = send(container, "Delete", {})
   end
   if not ok and err.code == "unavailable" then return nil, err end
   return true
end

--- Remove what may be there of a container that has no task. What was begun for a
--- client that is gone may be about to end, so it is looked for again.
---@param container neap.Container
---@return true? ok
---@return neap.Error? err  `unavailable`: not now
function stray.finish(container)
   for try = 1, defaults.delete.tries do
      if not is_there(container) then return true end
      if try > 1 then core.sleep(defaults.delete.pause) end
      local ok, err = remove(container)
      if not ok then return nil, err end
   end
   return true
end

return stray
