--- Profiles in files, each read once and again when it has changed.

local core = require "neap.core"
local path = require "neap.path"
local profile = require "neap.seccomp.profile"

local file = {}

local known = {}

local FRESH <const> = 1 -- seconds
local SIZE_MOST <const> = 1024 * 1024 -- docker's own has 16 KiB

local function read(name)
   local opened <close>, why = io.open(name, "rb")
   if not opened then return nil, why end
   local text, unread = opened:read(SIZE_MOST + 1)
   if not text then return nil, ("%s: %s"):format(name, unread or "the file is empty") end
   if #text > SIZE_MOST then
      return nil, ("%s: larger than %d bytes, which no profile is"):format(name, SIZE_MOST)
   end
   local given, err = core.json.decode(text)
   if given == nil then return nil, ("%s: not JSON: %s"):format(name, err.message) end
   local parsed, wrong = profile.parse(given)
   if not parsed then return nil, ("%s: %s"):format(name, wrong) end
   return parsed
end

--- The profile in a file.
---@param name string  absolute
---@return neap.seccomp.Profile? profile
---@return string? why  begins with the file's name
---@return string? errno  "ENOENT" and others of stat's
function file.read(name)
   local found, errno = core.fs.stat(name)
   if not found then return nil, ("%s %s"):format(name, path.reason(errno)), errno end
   if found.type ~= "file" then return nil, name .. " is not a regular file" end

   local last = known[name]
   local is_same = last and last.ino == found.ino and last.dev == found.dev
      and last.size == found.size and last.changed == found.changed
   local parsed, why = is_same and last.profile, nil
   if not is_same then parsed, why = read(name) end
   if not parsed then return nil, why end
   known[name] = {
      ino = found.ino, dev = found.dev, size = found.size, changed = found.changed,
      profile = parsed, seen_at = core.now(),
   }
   return parsed
end

--- The same of one that only a package changes: it is looked at once a second at most,
--- as every create asks for it. Somebody's own counts from the moment it is written.
---@param name string
---@return neap.seccomp.Profile? profile
---@return string? why
---@return string? errno
function file.shipped(name)
   local last = known[name]
   if last and core.now() - last.seen_at < FRESH then return last.profile end
   return file.read(name)
end

return file
