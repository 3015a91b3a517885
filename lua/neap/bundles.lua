--- Making and removing bundles, as neap.bundle and the platform decide.

local bundle = require "neap.bundle"
local core = require "neap.core"
local defaults = require "neap.defaults"
local failure = require "neap.error"
local choose = require "neap.platform.choose"
local labels = require "neap.labels"
local log = require "neap.log"
local outline = require "neap.outline"
local path = require "neap.path"

local bundles = {}

local fs = core.fs

--- Where the bundle of that id goes, without a user namespace.
local function place_of(client, id)
   return bundle.path { engine = client:address(), namespace = client:namespace(), id = id }
end

--- Where a bundle goes, and what it takes to make it.
local function decide(root, client, of, spec)
   return choose(of.runtime).bundle {
      root = root, engine = client:address(), namespace = client:namespace(),
      id = of.id, spec = spec, owner = core.engine.user(), stat = fs.stat, lstat = fs.lstat,
   }
end

local function refuse(what, id, op, why, errno)
   local codes = { EACCES = "permission_denied", EPERM = "permission_denied",
      ENOSPC = "resource_exhausted", EDQUOT = "resource_exhausted",
      EMFILE = "resource_exhausted", ENFILE = "resource_exhausted" }
   return nil, failure.new {
      code = codes[errno] or "failed_precondition", op = op, id = id, errno = errno,
      message = ("cannot make the %s: %s"):format(what, why),
   }
end

--- Make one directory; what it lies in, where a plan leaves that to us.
local function make(step)
   local ok, problem = fs.mkdir(step.path, step.mode, step.uid, step.gid)
   if problem ~= "ENOENT" then return ok, problem end
   local parent = { path = path.parent(step.path), mode = 448, uid = step.uid, gid = step.gid }
   local _, unmade = make(parent)
   if unmade and unmade ~= "EEXIST" then return nil, unmade end
   return fs.mkdir(step.path, step.mode, step.uid, step.gid)
end

--- One more beside the last one, which was made after a look at all that lies above:
--- nobody else can have changed that. Where it has gone, or this is there, look again.
local function make_beside(client, of, spec)
   local last = core.state(client).bundle
   local platform = choose(of.runtime)
   local uid, gid = platform.spec_user(spec)
   if not last or platform ~= last.platform or uid ~= 0 or gid ~= 0 then return nil end
   local place = place_of(client, of.id)
   if path.parent(place) ~= last.parent then return nil end
   if not fs.mkdir(place, last.mode, last.uid, last.gid) then return nil end
   return { path = place, labels = { [labels.bundle] = place } }
end

local function remember(client, of, decided)
   local step = decided.steps[#decided.steps]
   if not step or decided.path ~= place_of(client, of.id) then return end
   core.state(client).bundle = {
      platform = choose(of.runtime), parent = path.parent(step.path),
      mode = step.mode, uid = step.uid, gid = step.gid,
   }
end

local function make_all(what, root, client, of, spec, op)
   local decided, why, errno = decide(root, client, of, spec)
   if not decided then return refuse(what, of.id, op, why, errno) end
   for _, step in ipairs(decided.steps) do
      local _, problem = true, nil
      if step.make then _, problem = make(step) end
      if problem and problem ~= "EEXIST" then
         return refuse(what, of.id, op, step.path .. " " .. path.reason(problem), problem)
      end
   end
   return decided
end

--- Make the directory of a container.
---@param client neap.Client
---@param of { id: string, runtime: string? }  a container, or a config
---@param spec table
---@param op string
---@return { path: string, labels: table }? made
---@return neap.Error? err
function bundles.make(client, of, spec, op)
   local beside = make_beside(client, of, spec)
   if beside then return beside end
   local made, err = make_all("bundle", defaults.bundle_root, client, of, spec, op)
   if made then remember(client, of, made) end
   return made, err
end

--- Make a directory for it elsewhere, for us alone.
---@param root string
---@param client neap.Client
---@param of { id: string, runtime: string? }
---@param op string
---@return { path: string }? made
---@return neap.Error? err
function bundles.make_in(root, client, of, op)
   return make_all("log's directory", root, client, of, nil, op)
end

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
      expected = place_of(client, id),
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
   for _, name in ipairs(fs.list(path.parent(place_of(client, "any"))) or {}) do
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
