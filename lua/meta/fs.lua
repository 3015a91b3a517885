---@meta

--- Looking at paths, making and removing what is Neap's own. Failures are nil
--- and the errno's name, "ENOENT".
---@class neap.core.fs
local fs = {}

---@class neap.core.fs.Stat
---@field type "directory"|"file"|"link"|"socket"|"fifo"|"device"
---@field mode integer
---@field uid integer
---@field gid integer
---@field dev integer
---@field size integer
---@field ino integer
---@field links integer
---@field changed number  when it was written to last, seconds since 1970
---@field device? "b"|"c"  block or character, of a device only
---@field major? integer   of a device only
---@field minor? integer

--- The descriptor of an open file.
---@param file file*
---@return integer
function fs.fd(file) end

---@param path string
---@return neap.core.fs.Stat? stat
---@return string? errno
function fs.stat(path) end

---@param path string
---@return neap.core.fs.Stat? stat
---@return string? errno
function fs.lstat(path) end

---@param file file*
---@return neap.core.fs.Stat? stat
---@return string? errno
function fs.fstat(file) end

--- Open a file to read it. A link is not followed, and a FIFO not waited at.
---@param path string
---@return file*? file
---@return string? errno  "ELOOP": it is a link
function fs.open_plain(path) end

--- Make a FIFO, mode 0600.
---@param path string
---@param uid? integer
---@param gid? integer
---@return true? ok
---@return string? errno
function fs.fifo(path, uid, gid) end

---@param path string
---@return string? path
---@return string? errno
function fs.realpath(path) end

--- What a symbolic link says.
---@param path string
---@return string? target
---@return string? errno  "EINVAL": it is none
function fs.readlink(path) end

---@return string? path
---@return string? errno
function fs.cwd() end

---@param path string
---@return string[]? names
---@return string? errno
function fs.list(path) end

--- Read a regular file below a directory that is somebody else's. Links lead
--- nowhere but into it; nothing else is opened, or waited for.
---@param root string   a directory
---@param path string   "/etc/passwd" is root .. "/etc/passwd"
---@param limit integer bytes
---@return string? content
---@return string? errno  "EISDIR", "EINVAL": no regular file; "EFBIG": more than
--- `limit`; "EAGAIN": ask again; "ENOSYS": the kernel has no openat2
function fs.read_inside(root, path, limit) end

--- Just that mode, whatever the umask.
---@param path string
---@param mode integer
---@param uid? integer
---@param gid? integer
---@return true? ok
---@return string? errno
function fs.mkdir(path, mode, uid, gid) end

---@param path string
---@return true? ok
---@return string? errno
function fs.rmdir(path) end

---@param path string
---@return true? ok
---@return string? errno
function fs.unlink(path) end

--- Does somebody hold the lock on it, a reader's?
---@param path string
---@return boolean
function fs.is_read(path) end

--- Kill who holds the lock on it.
---@param path string
---@return boolean ended  nobody holds it now
function fs.end_reader(path) end

return fs
