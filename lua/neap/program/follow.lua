--- What reaches the program and is meant for its container: signals, keys, and
--- the size of the terminal.

local host = require "neap.host"
local log = require "neap.log"
local signal = require "neap.signal"
local signals = require "neap.program.signals"

local follow = {}

--- All that somebody sends on purpose. What the kernel sends for the program's
--- own deeds (SEGV, PIPE, CHLD, ...) stays here; KILL and STOP never arrive.
local FORWARDED <const> = {
   "HUP", "INT", "QUIT", "USR1", "USR2", "ALRM", "TERM", "CONT", "VTALRM", "IO", "PWR",
}

local function closing(close)
   return setmetatable({}, { __close = close })
end

--- Send `task` what the program is sent, until the result is closed.
---@param task neap.Task
function follow.signals(task)
   local former = {}
   for _, name in ipairs(FORWARDED) do
      local number = signal.parse(name)
      former[number] = signals.set(number, function()
         local _, err = task:kill(number)
         if err and err.code ~= "not_found" then log.warn("%s", err) end
      end)
   end

   return closing(function()
      for _, name in ipairs(FORWARDED) do
         local number = signal.parse(name)
         signals.set(number, former[number])
      end
   end)
end

---@class neap.program.Screen
---@field show fun(task: neap.Task)  give it the terminal's size, now and later

--- Make the terminal raw, until the result is closed.
---@return neap.program.Screen
function follow.terminal()
   local WINCH <const> = signal.parse "WINCH"
   local fd = host.is_terminal(0) and 0 or 1
   local former

   local function resize(task)
      local columns, rows = host.size(fd)
      if not columns or columns == 0 or rows == 0 then return end
      local _, err = task:resize(columns, rows)
      if err then log.debug("%s", err) end
   end

   if host.is_terminal(0) then host.raw(0) end
   local screen = closing(function()
      host.restore()
      signals.set(WINCH, former)
   end)
   function screen.show(task)
      former = signals.set(WINCH, function() resize(task) end)
      resize(task)
   end
   return screen
end

return follow
