---@meta neap.core
-- The base of the binding, for editors and readers. Never loaded at run time.

local core = {}

---@alias neap.Code
---| "cancelled" | "unknown" | "invalid_argument" | "deadline_exceeded"
---| "not_found" | "already_exists" | "permission_denied"
---| "resource_exhausted" | "failed_precondition" | "aborted" | "out_of_range"
---| "unimplemented" | "internal" | "unavailable" | "data_loss"
---| "unauthenticated"

---@class neap.Error
---@field code neap.Code  for programs
---@field op? string      the operation that failed, e.g. "container.start"
---@field message string  for people, whole; never parse it
---@field id? string      what it was about
---@field status? integer 126, 127 or 128: the process could not start
---@field errno? string   "ENOSPC"
---@field left? any       what could not be removed
---@field pending? boolean a change was sent, and its outcome will follow

--- Make a table an error: `tostring` gives "op: code: message" in one line.
---@param fields table
---@return neap.Error  the same table
function core.error(fields) end

--- The methods of each class of userdata; Lua adds its own.
---@type table<string, table>
core.classes = {}

--- The private table of an object; made on demand.
---@param object userdata
---@return table
function core.state(object) end

--- Say what the objects of a class have: methods, or fields that functions read, which
--- may wait. A method goes first.
---@param class string
---@param methods table<string, function>
---@param fields table<string, fun(object: userdata): any>
function core.set_fields(class, methods, fields) end

---@class neap.Wait
---@field timeout? number  seconds; 0 asks; nil or false: as long as it takes

---@class neap.Fiber
local Fiber = {}

--- Wait until the fiber has ended.
---@async
---@param options? neap.Wait
---@return any ...  what its function returned, or true; or nil and
--- neap.Error what it raised, `cancelled`, `deadline_exceeded`
function Fiber:join(options) end

--- Make its present wait and each later one raise `cancelled`.
---@return true
function Fiber:cancel() end

---@class neap.Condition
local Condition = {}

--- Wait until somebody notifies the condition.
---@async
---@param options? neap.Wait
---@return true?
---@return neap.Error? err  `deadline_exceeded`
function Condition:wait(options) end

--- Wake all who wait.
---@return integer count
function Condition:notify() end

--- Start a fiber. It runs on the loop's next turn first.
---@param fn async fun(...)
---@return neap.Fiber
function core.spawn(fn, ...) end

--- Start a fiber that keeps neither neap.loop nor the program going, and that
--- cancel_all passes by.
---@param fn async fun(...)
---@return neap.Fiber
function core.daemon(fn, ...) end

--- Count the live fibers that are no daemons.
---@return integer
function core.fibers() end

--- Run the loop until there are none. Raises in fibers.
function core.run() end

--- Cancel every fiber that is no daemon.
function core.cancel_all() end

--- Wait for the first of several fibers to have ended; its failure is taken.
---@async
---@generic K
---@param fibers table<K, neap.Fiber>
---@return K? key  nil where the table is empty
function core.first(fibers, options) end

--- Wait for the end of a fiber; its failure stays nobody's.
---@async
---@param fiber neap.Fiber
---@param options? neap.Wait
---@return true?
---@return neap.Error? err  `deadline_exceeded`
function core.settled(fiber, options) end

--- Call a function, putting off cancellation of this fiber until it returns.
---@param fn async fun(...): ...
---@return any ...
function core.shield(fn, ...) end

--- Was this fiber cancelled?
---@return boolean
function core.cancelled() end

--- Set who hears of failures that nobody was joining, at once.
---@param fn? fun(err: any, fiber?: neap.Fiber)
function core.on_unjoined(fn) end

--- Tell the same function of a failure that is no fiber's.
---@param err any
function core.report(err) end

--- Count the failures that nobody has joined.
---@param forget? boolean  start again from 0
---@return integer count
---@return any first  what the first of them raised
function core.failures(forget) end

--- coroutine.wrap through which waits pass.
---@param fn async fun(...): ...
---@return async fun(...): ...
function core.wrap(fn) end

---@return neap.Condition
function core.condition() end

---@async
---@param seconds number
---@return true
function core.sleep(seconds) end

--- Seconds on a clock that never goes back.
---@return number
function core.now() end

---Seconds since 1970, as os.time, with their fraction.
---@return number
function core.time() end

--- The kernel's release, as "6.1.0-18-amd64", and the machine's name, as "x86_64".
---@return string release
---@return string machine
function core.uname() end

return core
