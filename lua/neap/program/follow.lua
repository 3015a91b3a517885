--- What reaches the program and is meant for its container: signals, keys, and
--- the size of the terminal.

local consumers = require "neap.logs.consumers"
local core = require "neap.core"
local host = require "neap.host"
local log = require "neap.log"
local signal = require "neap.signal"
local signals = require "neap.program.signals"
local watching = require "neap.logs.watching"

local follow = {}

--- All that somebody sends on purpose. What the kernel sends for the program's
--- own deeds (SEGV, PIPE, CHLD, ...) stays here; KILL and STOP never arrive.
local FORWARDED <const> = {
   "HUP", "INT", "QUIT", "USR1", "USR2", "ALRM", "TERM", "CONT", "VTALRM", "IO", "PWR",
}

-- Where a signal gets nobody that is still wanted to hear it: the task has ended, or is
-- left before containerd has answered.
local OVER <const> = { not_found = true, cancelled = true }

local LOOK <const> = 0.05 -- seconds, once the other end has gone

local function closing(close)
   return setmetatable({}, { __close = close })
end

---@class neap.program.Relay
---@field send_to fun(task: neap.Task)  what came meanwhile, and what comes

--- Keep what the program is sent, then send it on, until the result is closed.
---@param takes? fun(number: integer): boolean  is this one meant for the program?
---@return neap.program.Relay
function follow.signals(takes)
   local former, kept, task = {}, {}, nil

   local function pass(number)
      if not task then
         kept[#kept + 1] = number
         return
      end
      local _, err = task:kill(number)
      if err and not OVER[err.code] then log.warn("%s", err) end
   end

   for _, name in ipairs(FORWARDED) do
      local number = signal.parse(name)
      former[number] = signals.set(number, function()
         if not (takes and takes(number)) then pass(number) end
      end)
   end
   local relay = closing(function()
      for _, name in ipairs(FORWARDED) do
         local number = signal.parse(name)
         signals.set(number, former[number])
      end
   end)
   function relay.send_to(started)
      task = started
      for _, number in ipairs(kept) do pass(number) end
   end
   return relay
end

--- Wait until output of the process found nobody at the other end of `fd`.
local function await_loss(process, fd)
   if not host.hangup(fd) then return false end
   local stream = core.process_stream(process, fd)
   while stream do -- it may well have nothing to say any more
      local _, why = core.stream_captured(stream)
      if why == "EPIPE" then return true end
      core.sleep(LOOK)
   end
   return false
end

---@class neap.program.Readers
---@field gone boolean

--- Kill a task or an exec when it writes what nobody reads any more, until the result is
--- closed. PIPE, which kills others then, is nothing to a container's first process.
---@param process neap.Process
---@return neap.program.Readers
function follow.readers(process)
   local fibers = {}
   local readers = closing(function()
      for _, fiber in ipairs(fibers) do fiber:cancel() end
   end)
   readers.gone = false
   local function add(await)
      fibers[#fibers + 1] = core.daemon(function()
         if not await() then return end
         readers.gone = true
         process:kill("KILL", { all = core.is_task(process) })
      end)
   end
   for fd = 1, 2 do
      add(function() return await_loss(process, fd) end)
   end
   add(function() return consumers.is_unread(watching.loss(process)) end)
   return readers
end

--- The size of the terminal that the program has.
---@return integer? columns  nil where it does not tell
---@return integer? rows
function follow.size()
   local columns, rows = host.size(host.is_terminal(0) and 0 or 1)
   if not columns or columns == 0 or rows == 0 then return nil end
   return columns, rows
end

---@class neap.program.Screen
---@field show fun(task: neap.Task)  give it the terminal's size, now and later

--- Make the terminal raw, until the result is closed.
---@param is_told? boolean  its spec tells the size that the terminal has now
---@return neap.program.Screen
function follow.terminal(is_told)
   local WINCH <const> = signal.parse "WINCH"
   local shown_columns, shown_rows
   local is_resizing, former = false, nil
   if is_told then shown_columns, shown_rows = follow.size() end

   --- One at a time: two in flight may overtake each other, and the older size stay.
   local function resize(task)
      if is_resizing then return end
      is_resizing = true
      while true do
         local columns, rows = follow.size()
         if not columns or columns == shown_columns and rows == shown_rows then break end
         shown_columns, shown_rows = columns, rows
         local _, err = task:resize(columns, rows)
         if err then log.debug("%s", err) end
      end
      is_resizing = false
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
