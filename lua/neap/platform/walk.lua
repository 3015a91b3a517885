--- How a bundle's directories come to be on Linux.
--
-- For a container whose root is the host's, they are made 0700 where missing. In
-- a user namespace the container's root is somebody else, who must get through:
-- from the root down, the first directory that is missing or closed to others is
-- replaced by one with ".uid.gid" in its name that belongs to them, and so is
-- everything beneath.

local path = require "neap.path"

local walk = {}

local PRIVATE <const> = 448 -- 0700
local PUBLIC <const> = 493 -- 0755; what lies above our own root
local OTHERS_PASS <const> = 1
local OTHERS_WRITE <const> = 18 -- 0022

---@class neap.platform.Step
---@field path string
---@field mode integer
---@field uid integer
---@field gid integer
---@field make boolean  false: it is there, and as it should be

---@class neap.platform.Walk
---@field path string   the bundle
---@field root string   the bundle root: from here on directories must be ours
---@field uid? integer  of the container's root on the host
---@field gid? integer
---@field owner? integer  our own user id
---@field stat fun(path: string): {type: string, mode: integer, uid: integer}?, string?
---@field lstat? fun(path: string)  as stat, but sees symbolic links

local function refuse(step, why)
   return nil, ("%s %s"):format(step.path, why)
end

--- What is there already must be a directory that nobody else can change.
local function check_found(step, found, owners)
   if found.type ~= "directory" then return refuse(step, "is not a real directory") end
   if not owners[found.uid] then
      return refuse(step, ("belongs to user %d"):format(found.uid))
   end
   if found.mode & OTHERS_WRITE ~= 0 then return refuse(step, "may be written by others") end
   return true
end

--- Look at a directory that may have to be made.
local function look(step, look_at, owners)
   local found, errno = look_at(step.path)
   if not found and errno ~= "ENOENT" then
      return nil, ("%s %s"):format(step.path, path.reason(errno)), errno
   end
   if found and owners then
      local ok, why = check_found(step, found, owners)
      if not ok then return nil, why end
   end
   step.make = not found
   return step
end

local function is_within(text, root)
   return text == root or text:sub(1, #root + 1) == root .. "/"
end

local function walk_plain(wanted, owners)
   local steps, here = {}, ""
   for _, name in ipairs(path.components(wanted.path)) do
      here = here .. "/" .. name
      local is_ours = is_within(here, wanted.root)
      local step = {
         path = here, mode = is_ours and PRIVATE or PUBLIC, uid = wanted.owner, gid = 0,
      }
      local look_at = is_ours and wanted.lstat or wanted.stat
      local looked, why, errno = look(step, look_at, is_ours and owners)
      if not looked then return nil, why, errno end
      steps[#steps + 1] = step
   end
   return steps
end

local function walk_remapped(wanted, owners)
   local suffix = (".%d.%d"):format(wanted.uid, wanted.gid)
   local steps, here = {}, ""
   for _, name in ipairs(path.components(wanted.path)) do
      here = here .. "/" .. name
      local found, errno = wanted.stat(here)
      if not found and errno ~= "ENOENT" then
         return nil, ("%s %s"):format(here, path.reason(errno)), errno
      end
      if not found or found.mode & OTHERS_PASS == 0 then
         here = here .. suffix
         local step = { path = here, mode = PRIVATE, uid = wanted.uid, gid = wanted.gid }
         local looked, why, step_errno = look(step, wanted.lstat, owners)
         if not looked then return nil, why, step_errno end
         steps[#steps + 1] = step
      end
   end
   return steps
end

--- Decide which directories to make, the outermost first; the last is the bundle.
---@param wanted neap.platform.Walk
---@return neap.platform.Step[]? steps
---@return string? why    a directory that is in the way
---@return string? errno
function walk.decide(wanted)
   local inner = {
      path = wanted.path, root = path.absolute(wanted.root),
      uid = wanted.uid or 0, gid = wanted.gid or 0, owner = wanted.owner or 0,
      stat = wanted.stat, lstat = wanted.lstat or wanted.stat,
   }
   if inner.uid == 0 and inner.gid == 0 then
      return walk_plain(inner, { [inner.owner] = true })
   end
   return walk_remapped(inner, { [inner.owner] = true, [inner.uid] = true })
end

return walk
