--- Making and removing bundles, as neap.bundle and the platform decide.

local bundle = require "neap.bundle"
local core = require "neap.core"
local defaults = require "neap.defaults"
local failure = require "neap.error"
local linux = require "neap.platform.linux"
local log = require "neap.log"
local path = require "neap.path"

local bundles = {}

local fs = core.fs

--- Where the bundle of `id` goes, and what it takes to make it.
local function decide(client, id, spec)
   return linux.bundle {
      root = defaults.bundle_root, engine = client:address(), namespace = client:namespace(),
      id = id, spec = spec, owner = core.engine.user(), stat = fs.stat, lstat = fs.lstat,
   }
end

local function refuse(id, op, why, errno)
   local codes = { EACCES = "permission_denied", EPERM = "permission_denied",
      ENOSPC = "resource_exhausted", EDQUOT = "resource_exhausted",
      EMFILE = "resource_exhausted", ENFILE = "resource_exhausted" }
   return nil, failure.new {
      code = codes[errno] or "failed_precondition", op = op, id = id, errno = errno,
      message = "cannot make the bundle: " .. why,
   }
end

--- Make the directory of a container that is about to be created.
---@param client neap.Client
---@param id string
---@param spec table
---@param op string
---@return { path: string, labels: table }? made
---@return neap.Error? err
function bundles.make(client, id, spec, op)
   local decided, why, errno = decide(client, id, spec)
   if not decided then return refuse(id, op, why, errno) end
   for _, step in ipairs(decided.steps) do
      local _, problem = true, nil
      if step.make then _, problem = fs.mkdir(step.path, step.mode, step.uid, step.gid) end
      if problem and problem ~= "EEXIST" then
         return refuse(id, op, step.path .. " " .. path.reason(problem), problem)
      end
   end
   return decided
end

local function remove_by_plan(plan)
   for _, name in ipairs(plan.unlink) do fs.unlink(name) end
   local ok, errno = fs.rmdir(plan.rmdir)
   if not ok and errno ~= "ENOENT" then return nil, path.reason(errno) end
   return true
end

--- Remove a bundle, if it is ours; else it stays, and a warning names it.
---@param client neap.Client
---@param id string
---@param labels table<string, string>
---@param spec table?
---@return boolean gone
function bundles.remove(client, id, labels, spec)
   local recorded = labels["neap.bundle"]
   if recorded == nil then return true end
   local uid, gid = linux.spec_user(spec or {})
   local plan, why, errno = bundle.plan_removal {
      path = recorded, uid = uid, gid = gid, owner = core.engine.user(),
      expected = bundle.path {
         engine = client:address(), namespace = client:namespace(), id = id,
      },
      lstat = fs.lstat, list = fs.list,
   }
   if errno == "ENOENT" then return true end
   local ok = plan ~= nil
   if ok then ok, why = remove_by_plan(plan) end
   if not ok then log.warn("bundle %s of container %s stays: %s", recorded, id, why) end
   return ok or false
end

return bundles
