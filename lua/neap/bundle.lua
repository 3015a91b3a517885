--- A container's bundle: the directory that holds its FIFOs.
--
-- Where it is follows from the engine's address, the namespace and the id; the
-- label `neap.bundle` only remembers it. Labels can be written by anyone, so a
-- directory is removed only when it is the one that we would have made.

local defaults = require "neap.defaults"
local hash = require "neap.hash"
local labels = require "neap.labels"
local path = require "neap.path"

local bundle = {}

--- The directory of one container. Id and namespace have been checked before.
---@param place { root: string?, engine: string, namespace: string, id: string }
---@return string
function bundle.path(place)
   return ("%s/%s/%s/%s"):format(
      place.root or defaults.bundle_root, hash.hex8(place.engine), place.namespace, place.id
   )
end

--- Where the FIFOs of a record lie, by its labels: ours, or docker's.
---@param record_labels table<string, string>
---@return string? path  nil where no label says, or says nothing usable
function bundle.find(record_labels)
   for _, name in ipairs { labels.bundle, labels.foreign_bundle } do
      local recorded = record_labels[name]
      if recorded and path.is_plain(recorded) and recorded ~= "/" then return recorded end
   end
   return nil
end

--- Is this the name of something that Neap makes in a bundle?
---@param name string
---@return boolean
function bundle.is_our_name(name)
   return name == "reader" or name == "tap"
      or name == "log" or name == "log.out" or name == "log.err" -- a logger's state
      or name:find "^[A-Za-z0-9][A-Za-z0-9._-]*%-std[ioe][nur][tr]?$" ~= nil
      or name:find "^[A-Za-z0-9][A-Za-z0-9._-]*%-reader$" ~= nil
end

--- What is locked by who reads a process's streams: for the task it is the bundle
--- itself, for an exec a file beside its FIFOs.
---@param directory string
---@param fifo? string  any FIFO of an exec; nil: the task
---@return string path
---@return boolean is_file
function bundle.reader(directory, fifo)
   if not fifo then return directory, false end
   return (fifo:gsub("%-std%a+$", "-reader")), true
end

--- The file that a container's logger has locked, and leaves when it is killed.
---@param directory string
---@return string
function bundle.logger(directory)
   return directory .. "/reader"
end

---@class neap.bundle.Removal
---@field path string      the label's value
---@field expected string  what bundle.path says
---@field uid integer      of the container's root on the host (spec_user)
---@field gid integer
---@field owner integer    who made it: our own user id
---@field lstat fun(path: string): {type: string, uid: integer, dev: integer}?, string?
---@field list fun(path: string): string[]?, string?  names in a directory

--- The components of the expected path, from some point on with ".uid.gid".
local function is_remapped(recorded, expected, suffix)
   local ours, theirs = path.components(expected), path.components(recorded)
   if #ours ~= #theirs then return false end

   local remapped = false
   for i, name in ipairs(ours) do
      remapped = remapped or theirs[i] == name .. suffix
      if theirs[i] ~= (remapped and name .. suffix or name) then return false end
   end
   return true
end

local function check_place(removal)
   local recorded = removal.path
   if recorded == nil or recorded == "" then return nil, "the label is empty" end
   if not path.is_plain(recorded) or recorded == "/" then
      return nil, "the label is not a plain absolute path"
   end
   if recorded == removal.expected then return true end

   local is_mapped = removal.uid ~= 0 or removal.gid ~= 0
   local suffix = (".%d.%d"):format(removal.uid, removal.gid)
   if is_mapped and is_remapped(recorded, removal.expected, suffix) then return true end
   return nil, ("it is not the one of this container here, %s"):format(removal.expected)
end

--- The last components are of our making: engine, namespace and id.
local OWN_LEVELS <const> = 3

local function check_directories(removal)
   local names = path.components(removal.path)
   local here, parent = "", nil
   for i, name in ipairs(names) do
      here = here .. "/" .. name
      if i > #names - OWN_LEVELS then
         local found, errno = removal.lstat(here)
         if not found then return nil, ("%s %s"):format(here, path.reason(errno)), errno end
         if found.type ~= "directory" then
            return nil, ("%s is not a real directory"):format(here)
         end
         if found.uid ~= removal.owner and found.uid ~= removal.uid then
            return nil, ("%s belongs to user %d"):format(here, found.uid)
         end
         if parent and found.dev ~= parent.dev then
            return nil, ("%s is a mount"):format(here)
         end
         parent = found
      end
   end
   return true
end

--- Is the recorded directory a real one of ours, at the place that follows from
--- the id?
---@param removal neap.bundle.Removal  `list` is not needed
---@return true? ok
---@return string? why
---@return string? errno  "ENOENT": it is gone
function bundle.check(removal)
   local ok, elsewhere = check_place(removal)
   if not ok then return nil, elsewhere end
   return check_directories(removal)
end

local MADE <const> = { fifo = true, file = true, socket = true }

--- Only names are looked at, not devices: overlayfs gives a directory and the
--- files in it different ones. What is mounted here cannot be unlinked anyway.
local function check_content(removal)
   local names, errno = removal.list(removal.path)
   if not names then return nil, ("%s %s"):format(removal.path, path.reason(errno)), errno end

   local unlink = {}
   for _, name in ipairs(names) do
      local whole = removal.path .. "/" .. name
      local found = removal.lstat(whole)
      if found then -- else it went in the meantime
         local is_ours = bundle.is_our_name(name) and MADE[found.type]
         if not is_ours then return nil, ("it holds %s, which Neap did not make"):format(name) end
         unlink[#unlink + 1] = whole
      end
   end
   return unlink
end

--- Decide whether a bundle may be removed: a real directory of ours, at the place
--- that follows from the id, holding only what Neap makes. The result is what to
--- unlink, by name, before `rmdir`; nothing is removed recursively.
---@param removal neap.bundle.Removal
---@return { unlink: string[], rmdir: string }? plan
---@return string? why    for the warning that names the directory
---@return string? errno  "ENOENT": it is gone already
function bundle.plan_removal(removal)
   local ok, why, errno = bundle.check(removal)
   if not ok then return nil, why, errno end
   local unlink, foreign, list_errno = check_content(removal)
   if not unlink then return nil, foreign, list_errno end
   return { unlink = unlink, rmdir = removal.path }
end

return bundle
