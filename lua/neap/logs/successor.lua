--- The logger after one that was killed: it goes on where that one was.

local core = require "neap.core"
local log = require "neap.log"
local logger = require "neap.logs.logger"

local fs = core.fs
local successor = {}

local TRIES <const>, PAUSE <const> = 20, 0.01

--- Start it until it lives: it may be killed, too, before it says that it does.
local function start(container, made, streams)
   local ok, err
   for try = 1, TRIES do
      ok, err = logger.start(container, made, streams)
      if ok or err.errno == "EBUSY" then return true end
      if err.code ~= "unavailable" then break end
      core.sleep(PAUSE * try)
   end
   log.warn("%s", err)
   return false
end

--- Start the logger again that was killed, so that its container goes on.
---@param container neap.Container
---@param is_over? boolean  the task has ended
---@return boolean alive
function successor.begin(container, is_over)
   local reader, own = logger.reader(container)
   if not reader or not fs.lstat(reader) then return false end
   if fs.is_read(reader) then return true end
   local made, streams = logger.settings(container), logger.streams(container, own)
   if not made or not streams then return false end
   streams.is_over = is_over
   return start(container, made, streams)
end

return successor
