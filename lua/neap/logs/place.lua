--- Where a container's log is: a directory that follows from the engine, the
--- namespace and the id, as a bundle's does, but one that outlives a reboot.

local bundle = require "neap.bundle"
local chain = require "neap.logs.chain"
local core = require "neap.core"
local defaults = require "neap.defaults"
local log = require "neap.log"
local making = require "neap.making"
local path = require "neap.path"

local fs = core.fs
local place = {}

--- An embedded engine's lie with what else it keeps.
local function root_of(client)
   local state = core.state(client)
   if state.log_root == nil then
      local own = require "neap.engine.own".at(client:address())
      state.log_root = own and own.dir .. "/log" or defaults.log_root
   end
   return state.log_root
end

local function directory(client, id)
   return bundle.path {
      root = root_of(client), engine = client:address(), namespace = client:namespace(), id = id,
   }
end

local SUFFIX <const> = { ["json-file"] = "-json.log", raw = ".log" }

--- The file, by the container's settings; nil: there is none.
---@param container neap.Container
---@param settings neap.LogSettings
---@return string? path
function place.file(container, settings)
   if settings.path or settings.driver == "none" then return settings.path end
   local client = core.container_client(container)
   return ("%s/%s%s"):format(
      directory(client, container.id), container.id, SUFFIX[settings.driver]
   )
end

--- Make the directory, where it is ours to make.
---@param container neap.Container
---@param settings neap.LogSettings
---@return true? ok
---@return neap.Error? err
function place.make(container, settings)
   if settings.path or settings.driver == "none" then return true end
   local client = core.container_client(container)
   local made, err = making.directory(root_of(client), client, container, "container.start")
   if not made then return nil, err end
   return true
end

local function is_ours(name, id)
   for _, suffix in pairs(SUFFIX) do
      local plain = name:gsub("%.gz%.new$", ".gz")
      if chain.number(id .. suffix, plain) then return true end
   end
   return false
end

--- Remove the directory of a container's log, with what Neap makes in it and nothing
--- else. What a user named stays.
---@param client neap.Client
---@param id string
---@return boolean gone
function place.remove(client, id)
   local where = directory(client, id)
   local ok, why, errno = bundle.check {
      path = where, expected = where, uid = 0, gid = 0, owner = core.engine.user(),
      lstat = fs.lstat,
   }
   if errno == "ENOENT" then return true end
   for _, name in ipairs(ok and fs.list(where) or {}) do
      if is_ours(name, id) then fs.unlink(where .. "/" .. name) end
   end
   local removed, problem = nil, nil
   if ok then removed, problem = fs.rmdir(where) end
   if not removed and problem ~= "ENOENT" then
      log.warn("log %s of container %s stays: %s", where, id, why or path.reason(problem))
      return false
   end
   local namespace = path.parent(where)
   if fs.rmdir(namespace) then fs.rmdir(path.parent(namespace)) end
   return true
end

return place
