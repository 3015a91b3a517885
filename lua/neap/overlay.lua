--- A directory as a container's root that stays as it was: what the container writes
-- goes into an overlay (overlayfs, the kernel's Documentation/filesystems), which its
-- shim mounts at each start and unmounts with the task.
--
-- The upper directory lies with Neap's things on a disk, below a name of the record's
-- own: its id, and when it was made. It is made at the first start, so a record comes
-- before it and goes before it: one without its record is nobody's any more.

local bundle = require "neap.bundle"
local core = require "neap.core"
local defaults = require "neap.defaults"
local failure = require "neap.error"
local labels = require "neap.labels"
local log = require "neap.log"
local making = require "neap.making"
local path = require "neap.path"

local overlay = {}

local fs = core.fs

local ROOT <const> = "rootfs" -- in the shim's own bundle; what the spec says then
overlay.root = ROOT

local function name_of(container)
   return ("%s@%.6f"):format(container.id, container.created_at)
end

local function place(client, name)
   return bundle.path {
      root = defaults.overlay_root, engine = client:address(), namespace = client:namespace(),
      id = name,
   }
end

--- In an option these stand for something else.
local function escape(text)
   return (text:gsub("[\\:,]", "\\%0"))
end

--- The directory below; nil where the root is none of these.
local function lower_of(container, spec)
   local lower = container.labels[labels.overlay]
   local is_ours = lower and spec.root and spec.root.path == ROOT
   return is_ours and path.is_plain(lower) and lower or nil
end

--- The mount of a root above `lower`, but for the directories that are not known
--- before there is a record.
---@param lower string
---@return neap.Mount[] mounts
function overlay.below(lower)
   return { { type = "overlay", source = "overlay", options = { "lowerdir=" .. escape(lower) } } }
end

local function refuse(container, why, errno)
   return nil, failure.new {
      code = failure.code_of(errno, "failed_precondition"), op = "container.start",
      id = container.id, errno = errno, message = "cannot make the overlay: " .. why,
   }
end

--- The root's own owner and mode are the upper directory's.
local function make_directories(directory, lower)
   local found, gone = fs.stat(lower)
   if not found then return nil, lower .. " " .. path.reason(gone), gone end
   for _, step in ipairs {
      { "upper", found.mode, found.uid, found.gid }, { "work", 448 }, -- 0700
   } do
      local whole = directory .. "/" .. step[1]
      local ok, errno = fs.mkdir(whole, table.unpack(step, 2))
      if not ok and errno ~= "EEXIST" then return nil, whole .. " " .. path.reason(errno), errno end
   end
   return true
end

--- What the task's root is mounted from; nil where that is in the spec. What is not
--- there yet is made.
---@param container neap.Container
---@param spec table  its outline
---@return neap.Mount[]? mounts
---@return neap.Error? err
---@return boolean? is_new  had nothing been written before?
function overlay.mounts(container, spec)
   local lower = lower_of(container, spec)
   if not lower then return nil end
   local client, name = core.container_client(container), name_of(container)
   local is_new = not fs.lstat(place(client, name))
   local made, err = making.directory(
      defaults.overlay_root, client, { id = name }, "container.start", "overlay"
   )
   if not made then return nil, err end
   local ok, why, errno = make_directories(made.path, lower)
   if not ok then return refuse(container, why, errno) end
   local mounts = overlay.below(lower)
   table.insert(mounts[1].options, "upperdir=" .. escape(made.path .. "/upper"))
   table.insert(mounts[1].options, "workdir=" .. escape(made.path .. "/work"))
   return mounts, nil, is_new
end

local function remove(directory)
   local ok, why, errno = bundle.check {
      path = directory, expected = directory, uid = 0, gid = 0, owner = core.engine.user(),
      lstat = fs.lstat,
   }
   if errno == "ENOENT" then return end
   local err
   if ok then ok, err = core.tree.remove(directory) end
   if not ok then log.warn("overlay %s stays: %s", directory, why or err.message) end
   local namespace = path.parent(directory)
   if fs.rmdir(namespace) then fs.rmdir(path.parent(namespace)) end
end

--- Remove what a container wrote, whose record is gone.
---@param container neap.Container
function overlay.remove(container)
   if not container.labels[labels.overlay] then return end
   remove(place(core.container_client(container), name_of(container)))
end

--- Remove those without a record, whose container's removal was cut short. The
--- records are asked for after the directories: who came since is among them.
---@param client neap.Client
---@param containers neap.Container[]  all of the namespace, a moment ago
function overlay.sweep(client, containers)
   local function without_record(names, list)
      local there, rest = {}, {}
      for _, container in ipairs(list) do there[name_of(container)] = true end
      for _, name in ipairs(names) do
         if not there[name] then rest[#rest + 1] = name end
      end
      return rest
   end
   local names = fs.list(path.parent(place(client, "any"))) or {}
   names = without_record(names, containers)
   if #names == 0 then return end
   local now = client:containers()
   for _, name in ipairs(now and without_record(names, now) or {}) do
      remove(place(client, name))
   end
end

return overlay
