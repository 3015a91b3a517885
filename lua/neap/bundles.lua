--- Bundles that are there: whose they are, and their removal, as neap.bundle decides.

local bundle = require "neap.bundle"
local core = require "neap.core"
local choose = require "neap.platform.choose"
local labels = require "neap.labels"
local log = require "neap.log"
local making = require "neap.making"
local outline = require "neap.outline"
local path = require "neap.path"

local bundles = {}

local fs = core.fs

--- The namespace's and the engine's directory go with their last bundle. Who
--- makes one at the same moment finds them gone, and makes them again.
local function remove_empty_above(bundle_path)
   local namespace = path.parent(bundle_path)
   if fs.rmdir(namespace) then fs.rmdir(path.parent(namespace)) end
end

local function remove_by_plan(plan)
   for _, name in ipairs(plan.unlink) do fs.unlink(name) end
   local ok, errno = fs.rmdir(plan.rmdir)
   if not ok and errno ~= "ENOENT" then return nil, path.reason(errno) end
   remove_empty_above(plan.rmdir)
   return true
end

--- What neap.bundle judges a recorded directory by.
local function question(client, id, recorded, spec)
   local uid, gid = choose().spec_user(spec or {})
   return {
      path = recorded[labels.bundle], uid = uid, gid = gid, owner = core.engine.user(),
      expected = making.place(client, id),
      lstat = fs.lstat, list = fs.list,
   }
end

--- The container's bundle where it is of Neap's own making.
---@param container neap.Container
---@return string? path
---@return string? why
function bundles.own(container)
   local made = core.state(container).bundle -- by this client, after a look at its place
   local found = made and fs.lstat(made)
   if found and found.type == "directory" then return made end
   local asked = question(
      core.container_client(container), container.id, container.labels, outline.of(container)
   )
   asked.path = asked.path or asked.expected
   local ok, why = bundle.check(asked)
   if not ok then return nil, why end
   return asked.path
end

--- Another's record has no bundle: what we started in it had one for its time.
---@param container neap.Container
function bundles.release(container)
   local client = core.container_client(container)
   if container.labels[labels.bundle] ~= nil or client:is_closed() then return end
   local asked = question(client, container.id, {})
   if fs.rmdir(asked.expected) then remove_empty_above(asked.expected) end
end

--- Remove a bundle that nothing was put into yet. Another's of the same id has what
--- is in use in it, and stays; an empty one is made again where it is missed.
---@param made string
function bundles.unmake(made)
   if fs.rmdir(made) then remove_empty_above(made) end
end

--- Most are empty: one call then, where it is this client's own.
local function remove_empty(asked, is_ours)
   local is_known = is_ours and asked.path == asked.expected
   if not is_known and not bundle.check(asked) then return false end
   local ok, errno = fs.rmdir(asked.path)
   return ok or errno == "ENOENT"
end

--- Remove a bundle of ours where it is empty; it is made again where it is missed.
--- Without a record nobody would find it, so it goes before that.
---@param container neap.Container
---@param is_ours? boolean  was it made by this client?
function bundles.vacate(container, is_ours)
   local client = core.container_client(container)
   if client:is_closed() then return end
   local asked = question(client, container.id, container.labels, outline.of(container))
   asked.path = asked.path or asked.expected
   remove_empty(asked, is_ours)
end

--- Remove bundles without a record: of who was killed between making the one and
--- the other. Such a one is empty; what is not, is somebody's.
---@param client neap.Client
---@param containers neap.Container[]  all of the namespace
function bundles.sweep(client, containers)
   local recorded = {}
   for _, container in ipairs(containers) do recorded[container.id] = true end
   for _, name in ipairs(fs.list(path.parent(making.place(client, "any"))) or {}) do
      local asked = question(client, name, {})
      asked.path = asked.expected
      if not recorded[name] then remove_empty(asked) end
   end
end

--- Remove a bundle, if it is ours; else it stays, and a warning names it.
---@param client neap.Client
---@param id string
---@param recorded table<string, string>  its labels
---@param spec table?
---@param is_ours? boolean  was it made by this client?
---@return boolean gone
function bundles.remove(client, id, recorded, spec, is_ours)
   local asked = question(client, id, recorded, spec)
   asked.path = asked.path or asked.expected -- of another's record, in which we started
   if asked.path ~= asked.expected then fs.rmdir(asked.expected) end
   if remove_empty(asked, is_ours) then return true end
   local plan, why, errno = bundle.plan_removal(asked)
   if errno == "ENOENT" then return true end
   local ok = plan ~= nil
   if ok then ok, why = remove_by_plan(plan) end
   if not ok then log.warn("bundle %s of container %s stays: %s", asked.path, id, why) end
   return ok or false
end

return bundles
