--- Claiming the directories of an engine: trusted, private, and marked as ours.

local core = require "neap.core"
local path = require "neap.path"

local judge = require "neap.engine.judge"
local layout = require "neap.engine.layout"

local place = {}

-- 0700, 0755, 0600
local PRIVATE <const>, OPEN <const>, FILE <const> = 0x1c0, 0x1ed, 0x180

local function refuse(dir, code, message, errno)
   return nil, core.error {
      code = code, op = "engine.start", message = message, id = dir, errno = errno,
   }
end

-- What lstat refuses is the path's fault.
local WRONG <const> = {
   ENAMETOOLONG = "invalid_argument",
   ENOTDIR = "failed_precondition",
   ELOOP = "failed_precondition",
}

local function inspect(dir)
   local facts, err = core.path.inspect(dir)
   if err then
      err.op, err.id, err.code = "engine.start", dir, WRONG[err.errno] or err.code
      return nil, err
   end
   return facts
end

--- The path without links, as far as it exists.
---@param dir string
---@return string? real
---@return string[] missing  names that do not exist yet, outermost first
local function resolve(dir)
   local missing, at = {}, dir
   local real = core.path.resolve(at)

   while not real and at ~= "/" do
      table.insert(missing, 1, at:match("[^/]+$"))
      at = path.parent(at)
      real = core.path.resolve(at)
   end
   return real, missing
end

local function join(dir, name) return dir == "/" and "/" .. name or dir .. "/" .. name end

--- The real path of `dir`, whose parents may be links and may be missing. The
--- last name is taken as it is: a link there is refused by who claims it.
---@param dir string
---@return string real
---@return string existing  the innermost parent that exists
---@return string[] missing  parents that do not, below `existing`
function place.real(dir)
   dir = path.absolute(dir)
   if dir == "/" then return "/", "/", {} end

   local existing, missing = resolve(path.parent(dir))
   local real = existing or "/"
   for _, name in ipairs(missing) do real = join(real, name) end
   return join(real, dir:match("[^/]+$")), existing or "/", missing
end

--- Check `existing` and all above it, then make what is missing below.
local function secure_parents(dir, existing, missing, user)
   local at = "/"
   for _, name in ipairs { "", table.unpack(path.components(existing)) } do
      at = name == "" and at or join(at, name)
      local facts, err = inspect(at)
      if not facts then return nil, err end
      local code, message = judge.parent(at, facts, user)
      if code then return refuse(dir, code, message) end
   end
   for _, name in ipairs(missing) do
      at = join(at, name)
      local made, err = core.path.make(at, OPEN)
      if not made then return nil, err end
   end
   return true
end

--- Check that `dir`, where it is there, is ours alone.
---@param dir string  as place.real gives it
---@param check? fun(facts: table): string?, string?  more to ask of it
---@return boolean? there
---@return table? err
local function check_owner(dir, check)
   local facts, err = inspect(dir)
   if err then return nil, err end
   if not facts then return false end

   local code, message = judge.owner(dir, facts, core.engine.user())
   if not code and check then code, message = check(facts) end
   if code then return refuse(dir, code, message) end
   return true
end

--- Make `dir` a directory that nobody else may enter.
local function claim(dir, existing, missing, check)
   local there, err = check_owner(dir, check)
   if there == nil then return nil, err end
   local ok
   ok, err = secure_parents(dir, existing, missing, core.engine.user())
   if not ok then return nil, err end
   return core.path.make(dir, PRIVATE)
end

--- The same for a directory of others of ours: one that is there stays as it is.
local function claim_base(dir, existing, missing)
   local there, err = check_owner(dir)
   if there == nil then return nil, err end
   if there then return secure_parents(dir, existing, {}, core.engine.user()) end
   return claim(dir, existing, missing)
end

-- Facts about the file system that `dir` is or will be on.
local function mount_of(dir, existing)
   local facts, err = inspect(dir)
   if err then return nil, err end
   if facts and facts.type == "directory" then return facts end
   return inspect(existing)
end

--- Check that an engine can live in `dir`, before anything is made.
---@param dir string
---@return true? ok
---@return table? err
function place.check_mount(dir)
   local real, existing = place.real(dir)
   local facts, err = mount_of(real, existing)
   if not facts then return nil, err end
   local code, message, errno = judge.mount(real, facts)
   if code then return refuse(real, code, message, errno) end
   return true
end

-- The run directory's name is short: two directories may come to the same one.
local function mark_run(places)
   local file = io.open(places.owner)
   local owner = file and file:read("a")
   if file then file:close() end
   if owner == places.dir .. "\n" then return true end
   if owner and owner ~= "" then
      return refuse(places.dir, "failed_precondition",
         ("%s is the run directory of another engine, %s"):format(
            places.run, owner:match "[^\n]*"
         ))
   end
   return core.path.write(places.owner, places.dir .. "\n", FILE)
end

--- Logs of containers on another containerd may lie where the default engine goes.
local function holds_logs_alone(dir)
   local names = core.fs.list(dir) or {}
   return #names == 1 and names[1] == "log"
end

--- Claim an engine's directory and run directory, and mark both.
---@param dir string
---@param run string
---@return neap.engine.Layout? places
---@return table? err
function place.claim(dir, run)
   local base, base_existing, base_missing = place.real(run)
   local real, existing, missing = place.real(dir)
   local places = layout.of(real, base)
   local code, message = judge.address(places.address, layout.MAX_SOCKET)
   if code then return refuse(real, code, message) end

   -- The marker is the first thing in the directory. So whoever starts at the
   -- same time sees an empty one, or the marker.
   local ok, err = claim(real, existing, missing, function(facts)
      facts.empty = facts.empty or holds_logs_alone(real)
      return judge.foreign(real, facts, core.path.inspect(places.marker) ~= nil)
   end)
   if ok then ok, err = core.path.touch(places.marker, FILE) end
   if ok then ok, err = claim_base(base, base_existing, base_missing) end
   if ok then ok, err = claim(places.run, base, {}) end
   if ok then ok, err = mark_run(places) end
   if not ok then return nil, err end
   return places
end

return place
