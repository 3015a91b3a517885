--- Whether a place may be an engine's. Pure: facts come in, as core.path.inspect
--- tells them, and an error's code and message go out, or nil when all is well.

local judge = {}

--- overlayfs names layers by path, in one page for all of them.
local MAX_PATH <const> = 1024

--- containerd's database and a first container's mount points need this much.
local MIN_FREE <const> = 4 * 1024 * 1024

local WRITABLE_BY_OTHERS <const>, STICKY <const> = 0x12, 0x200 -- 022, 01000

--- Is the path spelt as an engine's may be?
---@param dir string
---@return string? code
---@return string? message
function judge.spelling(dir)
   if dir:sub(1, 1) ~= "/" then
      return "invalid_argument", ("%q is not an absolute path"):format(dir)
   elseif #dir > MAX_PATH then
      return "invalid_argument",
         ("the path of %d bytes is too long, at most %d are allowed"):format(#dir, MAX_PATH)
   elseif (dir .. "/"):find("/../", 1, true) then
      return "invalid_argument", ("%s contains \"..\""):format(dir)
   elseif dir:find("[%c\127]") or not utf8.len(dir) then
      return "invalid_argument",
         ("%q contains control characters or is not UTF-8"):format(dir)
   end
end

--- May a directory above an engine's be trusted not to be exchanged?
---@param dir string
---@param facts table
---@param user integer  our uid
---@return string? code
---@return string? message
function judge.parent(dir, facts, user)
   if facts.type ~= "directory" then
      return "failed_precondition", ("%s is a %s, not a directory"):format(dir, facts.type)
   elseif facts.uid ~= 0 and facts.uid ~= user then
      return "failed_precondition", ("%s above it belongs to user %d, who could replace what is \z
         in it; choose a place whose parents are root's"):format(dir, facts.uid)
   elseif facts.mode & WRITABLE_BY_OTHERS ~= 0 and facts.mode & STICKY == 0 then
      return "failed_precondition",
         ("%s above it is writable by others (mode %04o)"):format(dir, facts.mode)
   end
end

--- Is a directory ours alone?
---@param dir string
---@param facts table
---@param user integer
---@return string? code
---@return string? message
function judge.owner(dir, facts, user)
   if facts.type == "link" then
      return "failed_precondition",
         ("%s is a symbolic link; name the directory itself"):format(dir)
   elseif facts.type ~= "directory" then
      return "failed_precondition", ("%s is a %s, not a directory"):format(dir, facts.type)
   elseif facts.uid ~= user then
      return "permission_denied",
         ("%s belongs to user %d, not to user %d"):format(dir, facts.uid, user)
   elseif facts.mode & WRITABLE_BY_OTHERS ~= 0 then
      return "failed_precondition", ("%s is writable by others (mode %04o); \z
         chmod go-w it if all in it can be trusted"):format(dir, facts.mode)
   end
end

--- Is a directory an engine's, or free to become one?
---@param dir string
---@param facts table
---@param marked boolean  it carries an engine's marker
---@return string? code
---@return string? message
function judge.foreign(dir, facts, marked)
   if not marked and not facts.empty then
      return "failed_precondition",
         ("%s is not empty and no engine's; name an empty or a new directory"):format(dir)
   end
end

--- Can an engine live on this file system?
---@param dir string
---@param facts table
---@return string? code
---@return string? message
---@return string? errno
function judge.mount(dir, facts)
   if facts.readonly then
      return "failed_precondition", ("%s is on a read-only file system"):format(dir), "EROFS"
   elseif facts.noexec then
      return "failed_precondition", ("%s is on a file system mounted noexec: \z
         programs in containers could not be executed from it"):format(dir)
   elseif facts.free < MIN_FREE then
      return "resource_exhausted",
         ("no space left for %s: %d KiB are free, %d are needed"):format(
            dir, facts.free // 1024, MIN_FREE // 1024
         ), "ENOSPC"
   end
end

--- Does the engine's socket fit?
---@param address string
---@param max integer
---@return string? code
---@return string? message
function judge.address(address, max)
   if #address + #".ttrpc" > max then
      return "invalid_argument", ("the engine's socket %s.ttrpc has %d bytes, more than %d; \z
         choose a shorter run directory"):format(address, #address + #".ttrpc", max)
   end
end

return judge
