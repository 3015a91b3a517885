--- Where volumes lie: below one root, by engine, namespace and name, as bundles do.
-- A volume is a directory that holds what it is (volume.json) and its content
-- (_data, docker's name for it). It comes and goes by a rename, whole.

local bundle = require "neap.bundle"
local core = require "neap.core"
local defaults = require "neap.defaults"
local ids = require "neap.id"
local path = require "neap.path"

local place = {}

local fs = core.fs

--- The directory of a volume's own.
---@param client neap.Client|neap.plan.Place
---@param name string  checked before
---@return string
function place.of(client, name)
   return bundle.path {
      root = defaults.volume_root, engine = client:address(), namespace = client:namespace(),
      id = name,
   }
end

--- What is mounted.
---@param client neap.Client|neap.plan.Place
---@param name string
---@return string
function place.data(client, name)
   return place.of(client, name) .. "/_data"
end

--- A name beside the volume's, for one that is coming or going: no volume can be
--- called so, and it says who works on it.
---@param kind "new"|"gone"
---@param name string
---@return string
function place.passing(kind, name)
   local stat <close> = assert(io.open "/proc/self/stat")
   return (".%s-%d-%s-%s"):format(kind, stat:read "n", ids.random(8), name)
end

--- What a name beside volumes' means.
---@param found string
---@return "new"|"gone"|nil kind
---@return integer? pid   of who works on it
---@return string? name   the volume's
function place.read(found)
   local kind, pid, name = found:match "^%.(%l+)%-(%d+)%-%x+%-(.*)$"
   if kind ~= "new" and kind ~= "gone" or not ids.parse(name) then return nil end
   return kind, math.tointeger(tonumber(pid)), name
end

--- Is a directory there a real one of ours? Else who wrote what is above it decides
--- what it is.
---@param directory string
---@return true? ok
---@return string? why
---@return string? errno  "ENOENT"
function place.check(directory)
   return bundle.check {
      path = directory, expected = directory, uid = 0, gid = 0, owner = core.engine.user(),
      lstat = fs.lstat,
   }
end

--- Remove a whole volume, and the namespace's and the engine's directory with the
--- last of them.
---@param directory string
---@return true? ok
---@return neap.Error? err
function place.remove(directory)
   local ok, err = core.tree.remove(directory)
   local namespace = path.parent(directory)
   if fs.rmdir(namespace) then fs.rmdir(path.parent(namespace)) end
   if ok or err.code == "not_found" then return true end
   return nil, err
end

return place
