--- Reading files of a container's root directory, for users by name.
--
-- What is there is somebody else's: it is read as if the directory were the whole
-- file system, only where it is a regular file, and not without end.

local core = require "neap.core"
local defaults = require "neap.defaults"
local path = require "neap.path"

local inside = {}

local ACCOUNTS <const> = { "/etc/passwd", "/etc/group" }
local TRIES <const> = 16 -- while somebody renames directories

local ABSENT <const> = { ENOENT = true, ENOTDIR = true }
local REASONS <const> = {
   EISDIR = "is a directory, not a regular file",
   EINVAL = "is not a regular file",
   EFBIG = ("has more than %d bytes"):format(defaults.account_file),
   ENOSYS = "cannot be looked at safely: the kernel has no openat2 (Linux 5.6 has it)",
}

local function read(root, file)
   local text, errno
   for _ = 1, TRIES do
      text, errno = core.fs.read_inside(root, file, defaults.account_file)
      if errno ~= "EAGAIN" then break end
   end
   return text, errno
end

--- A reader of files below `root`: nil where there is none, nil and why where it
--- cannot be read.
---@param root? string  absolute, without links; nil where it is an image's
---@return neap.spec.ReadFile?
function inside.reader(root)
   if not root or root:sub(1, 1) ~= "/" then return nil end
   return function(file)
      local text, errno = read(root, file)
      if text or ABSENT[errno] then return text end
      return nil, ("the rootfs's %s %s"):format(file, REASONS[errno] or path.reason(errno))
   end
end

--- Does a look by name tell that nothing is in the way? It does not where there are
--- links, which lead elsewhere in the container than here.
local function is_plainly_free(root)
   local etc, errno = core.fs.lstat(root .. "/etc")
   if not etc then return ABSENT[errno] end
   if etc.type ~= "directory" then return etc.type == "file" end
   for _, file in ipairs(ACCOUNTS) do
      local found, absent = core.fs.lstat(root .. file)
      if not found and not ABSENT[absent] then return false end
      if found and found.type ~= "file" then return false end
   end
   return true
end

--- Is there nothing in the way of the runtime? In the container it opens both
--- files by itself (runc 1.1: libcontainer's setupUser), and at a FIFO waits for
--- ever, with all who wait for it.
---@param root? string
---@return true? ok
---@return string? why
function inside.check(root)
   if not root or root:sub(1, 1) ~= "/" or is_plainly_free(root) then return true end
   for _, file in ipairs(ACCOUNTS) do
      local _, errno = core.fs.read_inside(root, file, 0) -- which looks, and reads nothing
      if errno == "EINVAL" then
         return nil, ("the rootfs's %s %s"):format(file, REASONS[errno])
      end
   end
   return true
end

--- Where a container's files can be looked at: where the runtime has mounted them,
--- by its process.
---@param task neap.Task
---@param spec table
---@return string? root
function inside.root(task, spec)
   local root = spec.root and spec.root.path
   local is_mounted = root and root:sub(1, 1) ~= "/" and task.pid ~= 0
   return is_mounted and ("/proc/%d/root"):format(task.pid) or root
end

return inside
