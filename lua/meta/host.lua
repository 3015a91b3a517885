---@meta neap.host

--- What the program alone may do with its process; in no other host.
local host = {}

--- Hear a signal from now on. The second one heard with `ends` ends the program
--- with 128 + number.
---@param number integer
---@param ends boolean
function host.listen(number, ends) end

--- Let a signal do again what it does by default.
---@param number integer
function host.ignore(number) end

--- Wait for a signal. One waiter at a time.
---@return integer number
function host.signal() end

--- Wait until nobody is left at the other end of a pipe or a socket. False, at
--- once, for what has no other end.
---@async
---@param fd integer
---@return boolean
function host.hangup(fd) end

--- Say why writing to standard output failed, for what is told at the very end.
---@param errno integer  the first one counts
function host.blame(errno) end

---@param fd integer
---@return boolean
function host.is_terminal(fd) end

--- Make a terminal raw; it is restored on every way out.
---@param fd integer
---@return true? ok
---@return string? why
function host.raw(fd) end

--- Undo host.raw.
function host.restore() end

---@param fd integer
---@return integer? columns
---@return integer|string rows
function host.size(fd) end

return host
