--- The end of a logged task: its log is complete when the logger has let go.

local core = require "neap.core"
local defaults = require "neap.defaults"
local labels = require "neap.labels"
local logger = require "neap.logs.logger"
local place = require "neap.logs.place"
local successor = require "neap.logs.successor"

local fs = core.fs
local ending = {}

local PAUSE <const> = 0.01

--- Wait until the logger has ended.
local function await_logger(own, seconds)
   local pid = logger.pid(own)
   local watch <close> = pid and core.watch({}, pid)
   if not watch then
      core.sleep(math.min(PAUSE, seconds)) -- it begins or ends at this moment
      return true
   end
   local _, late = watch:read { timeout = seconds }
   return late == nil
end

--- A logger that began when the writers had left sees no end, until one has come and
--- gone. To another that harms nothing.
local function show_end(container, own)
   local streams = logger.streams(container, own) or {}
   for _, name in ipairs { "stdout", "stderr" } do
      local found = streams[name] and fs.lstat(streams[name])
      local file = found and found.type == "fifo" and io.open(streams[name], "r+b")
      if file then file:close() end
   end
end

--- Wait until the log of a task that has ended is complete.
local function settle(container, seconds)
   local deadline = core.now() + seconds
   local reader, own = logger.reader(container)
   if not reader then return true end
   if fs.is_read(reader) then show_end(container, own) end
   while fs.lstat(reader) do
      local left = deadline - core.now()
      if left <= 0 then return false end
      local lives = fs.is_read(reader)
      if not lives and not successor.begin(container, true, math.max(left, defaults.drain)) then
         return not fs.lstat(reader)
      end
      if lives and not await_logger(own, left) then return false end
   end
   return true
end

--- Have those who watch it had it, except where they let it go?
local function shows_all(task, seconds)
   local watching = core.state(task).watching
   return not watching or core.settled(watching, { timeout = math.max(seconds, 0.001) })
      or core.state(task).watched.is_through
end

--- Wait for it as for output: as long as `drain`, and no longer than the caller does.
---@param task neap.Task
---@param exit neap.Exit
---@param options? { timeout: number? }
function ending.await(task, exit, options)
   local container = core.process_container(task)
   if container.labels[labels.log] == nil or exit.truncated then return end
   local seconds = core.state(task).drain or defaults.drain
   if type(options) == "table" and type(options.timeout) == "number" then
      seconds = math.min(seconds, options.timeout)
   end
   local began, seen = core.now(), core.state(task).watched
   local shown = shows_all(task, seconds)
   local left = seconds - (core.now() - began)
   if not shown or not settle(container, left) then exit.truncated = "drain" end
   exit.truncated = exit.truncated or seen and seen.lost
end

--- End what may still read the output of a container that is removed, and remove the
--- log that Neap made.
---@param container neap.Container
function ending.remove(container)
   if not container.labels[labels.log] then return end
   local reader = logger.reader(container)
   if reader and fs.is_read(reader) and not settle(container, defaults.drain) then
      fs.end_reader(reader)
   end
   place.remove(core.container_client(container), container.id)
end

return ending
