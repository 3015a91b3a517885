--- Making bundles, as neap.bundle and the platform decide.

local bundle = require "neap.bundle"
local core = require "neap.core"
local defaults = require "neap.defaults"
local failure = require "neap.error"
local choose = require "neap.platform.choose"
local labels = require "neap.labels"
local path = require "neap.path"

local making = {}

local fs = core.fs

--- Where the bundle of that id goes, without a user namespace.
---@param client neap.Client
---@param id string
---@return string path
function making.place(client, id)
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
   return nil, failure.new {
      code = failure.code_of(errno, "failed_precondition"), op = op, id = id, errno = errno,
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
   local place = making.place(client, of.id)
   if path.parent(place) ~= last.parent then return nil end
   if not fs.mkdir(place, last.mode, last.uid, last.gid) then return nil end
   return { path = place, labels = { [labels.bundle] = place } }
end

local function remember(client, of, decided)
   local step = decided.steps[#decided.steps]
   if not step or decided.path ~= making.place(client, of.id) then return end
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
function making.bundle(client, of, spec, op)
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
---@param what? string  for the message
---@return { path: string }? made
---@return neap.Error? err
function making.directory(root, client, of, op, what)
   return make_all(what or "log's directory", root, client, of, nil, op)
end

return making
