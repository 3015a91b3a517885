---@meta

--- Descriptors that fibers wait on, and what is compressed.

local core = {}

---@class neap.Descriptor
local Descriptor = {}

--- Read what there is.
---@async
---@param options? neap.Wait
---@return string? bytes  nil at the end
---@return neap.Error? err
function Descriptor:read(options) end

---@async
---@param bytes string
---@param options? neap.Wait
---@return true? ok
---@return neap.Error? err
function Descriptor:write(bytes, options) end

--- Write what takes no waiting.
---@param bytes string
---@return integer count  of those that need not be offered again: who does not read never will
function Descriptor:put(bytes) end

--- Kill the process that was started or is watched.
---@return boolean killed  false: there is none now
function Descriptor:kill() end

function Descriptor:close() end

--- Read from a descriptor of the program's, or write to it; its flags stay as they are.
---@param fd integer
---@param mode? "r"|"w"  default "r"
---@return neap.Descriptor? descriptor
---@return neap.Error? err
function core.descriptor(fd, mode) end

--- Open a file to read it. A FIFO is open at once; its reads wait for a writer.
---@param path string
---@return neap.Descriptor? descriptor
---@return neap.Error? err
function core.open(path) end

--- Connect to a Unix socket.
---@param path string  of any length
---@return neap.Descriptor? descriptor
---@return integer|neap.Error pid  who listens
function core.connect_socket(path) end

--- Hear of changes in directories, and of a process's end: each read answers with
--- something once anything has changed, and with nil once the process has ended.
---@param directories string[]
---@param pid? integer
---@return neap.Descriptor? descriptor
---@return neap.Error? err  errno "ESRCH": it has ended
function core.watch(directories, pid) end

--- Start a program that goes on without us; what it says on standard output and
--- error is read.
---@param argv string[]  argv[1] is its path
---@return neap.Descriptor? said
---@return integer|neap.Error pid
function core.spawn_program(argv) end

---@class neap.Inflate
local Inflate = {}

---@param bytes string  the next ones of a gzip file
---@return string? bytes
---@return string? why
function Inflate:feed(bytes) end

--- Has what was begun ended?
---@return boolean
function Inflate:is_whole() end

--- The comment in the header, once that was read.
---@return string?
function Inflate:comment() end

---@return neap.Inflate
function core.inflate() end

--- Bytes that a consumer has not taken yet; see neap.sink.Policy.
---@class neap.Queue
local Queue = {}

--- Add bytes behind the others.
---@param bytes string
---@return integer count  how many of them there was room for
function Queue:put(bytes) end

--- The oldest bytes.
---@return string?  nil: there are none
function Queue:take() end

--- How many bytes were forgotten, where the policy is "drop".
---@return integer
function Queue:dropped() end

--- Why some bytes of a spill are gone that could not be read again.
---@return string? errno  "EIO"
function Queue:problem() end

--- Let go of all of it.
function Queue:close() end

---@param how neap.sink.Policy  with a buffer
---@return neap.Queue
function core.queue(how) end

return core
