--- Making volumes, and filling them with what the image has at their place.
--
-- A new one is made whole beside its place and renamed to it: who is killed half way
-- leaves nothing that could be taken for a volume, and of two who make the same the
-- second finds the first's.

local core = require "neap.core"
local defaults = require "neap.defaults"
local facts = require "neap.volume.facts"
local failure = require "neap.error"
local making = require "neap.making"
local path = require "neap.path"
local place = require "neap.volume.place"

local creation = {}

local fs = core.fs

local TRIES <const> = 8
local DATA_MODE <const> = 493 -- 0755; what is above is 0700

local function refuse(op, code, why, errno)
   return nil, failure.new { code = code, op = op, message = why, errno = errno }
end

--- Of another who was first, there is nothing to do; else it is why not.
local function renamed(from, to)
   local ok, why = os.rename(from, to)
   if ok then return true end
   return fs.lstat(to .. "/_data") ~= nil and "theirs" or nil, why
end

--- Put in what is below `root` at `inside`; where nothing is, nothing. docker, too,
--- fills only what is empty, and gives it the directory's owner and mode.
---@param directory string
---@param root string
---@param inside string
---@return true? ok
---@return neap.Error? err
---@return boolean? is_filled  false: there is nothing
function creation.fill(directory, root, inside)
   local ok, err = core.tree.copy(root, inside, directory)
   if ok then return true, nil, true end
   if err.code == "not_found" or err.errno == "ENOTDIR" or err.errno == "ELOOP" then
      return true, nil, false
   end
   return nil, err
end

local function build(beside, about)
   local ok, errno = fs.mkdir(beside .. "/_data", DATA_MODE, about.uid, about.gid)
   if not ok then return nil, ("%s/_data %s"):format(beside, path.reason(errno)), errno end
   local written, unwritten = facts.write(beside, about)
   if not written then return nil, unwritten.message, unwritten.errno end
   if not about.root then return true end
   local filled, err = creation.fill(beside .. "/_data", about.root, about.inside)
   if not filled then return nil, err.message, err.errno, err.code end
   return true
end

---@class neap.volume.About
---@field labels? table<string, string>
---@field container? string  whose it is, where it has no name
---@field uid? integer       of the container's root on the host
---@field gid? integer
---@field root? string       fill it from there,
---@field inside? string     at this path

local function make(client, name, about, op)
   local made, err = making.directory(
      defaults.volume_root, client, { id = place.passing("new", name) }, op, "volume"
   )
   if not made then return nil, err end
   local ok, why, errno, code = build(made.path, about)
   local is_ours = ok
   if ok then ok, why = renamed(made.path, place.of(client, name)) end
   is_ours = is_ours and ok == true
   if not is_ours then place.remove(made.path) end
   if ok then return is_ours end
   return refuse(op, code or failure.code_of(errno, "failed_precondition"),
      ("cannot make volume %s: %s"):format(name, why), errno)
end

--- Put a filled directory in the place of an empty one, whole: of two who come at once
--- the second finds what the first has put there.
---@param client neap.Client
---@param volume neap.Volume
---@param about neap.volume.About
---@param is_used fun(): boolean  who uses the empty one would not see it
---@return true? ok
---@return neap.Error? err
---@return boolean? is_done  false: the empty one is there still, and is to be filled
function creation.refill(client, volume, about, is_used)
   local made, err = making.directory(
      defaults.volume_root, client, { id = place.passing("new", volume.name) },
      "container.create", "volume"
   )
   if not made then return nil, err end
   local data = made.path .. "/_data"
   fs.mkdir(data, DATA_MODE)
   local ok, unfilled, is_filled = creation.fill(data, about.root, about.inside)
   local is_done = ok and (not is_filled or not is_used() and os.rename(data, volume.path))
   place.remove(made.path)
   if not ok then return nil, unfilled end
   return true, nil, is_done or (fs.list(volume.path) or {})[1] ~= nil
end

local function try(client, name, about, op)
   local directory = place.of(client, name)
   local ok, why, errno = place.check(directory)
   if not ok and errno ~= "ENOENT" then
      return refuse(op, "failed_precondition", ("volume %s: %s"):format(name, why), errno)
   end
   local is_new, err = false, nil
   if not ok then is_new, err = make(client, name, about, op) end
   local found = not err and facts.read(client, name)
   if found then return found, is_new end
   if err then return nil, err end
   return refuse(op, "failed_precondition", ("volume %s: %s is no directory"):format(
      name, directory .. "/_data"
   ))
end

--- Make a volume where it is not there; again where somebody removes it meanwhile.
---@param client neap.Client
---@param name string  checked before
---@param about neap.volume.About
---@param op string
---@return neap.Volume? volume
---@return boolean|neap.Error is_new
function creation.ensure(client, name, about, op)
   local volume, is_new
   for _ = 1, TRIES do
      volume, is_new = try(client, name, about, op)
      local was_removed = not volume and not is_new.errno and not fs.lstat(place.of(client, name))
      if not was_removed then break end
   end
   return volume, is_new
end

return creation
