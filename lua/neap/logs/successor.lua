--- The logger after one that was killed: it goes on where that one was.

local core = require "neap.core"
local defaults = require "neap.defaults"
local fiber = require "neap.fiber"
local log = require "neap.log"
local logger = require "neap.logs.logger"

local fs = core.fs
local successor = {}

local TRIES <const>, PAUSE <const> = 20, 0.01
local AT_ONCE <const> = 16

--- Start it until it lives: it may be killed, too, before it says that it does. One that
--- hangs would do so again.
local function start(container, made, streams, deadline)
   local ok, err
   for try = 1, TRIES do
      ok, err = logger.start(container, made, streams, math.max(0.001, deadline - core.now()))
      if ok or err.errno == "EBUSY" then return true end
      if err.code ~= "unavailable" or core.now() >= deadline then break end
      core.sleep(PAUSE * try)
   end
   log.warn("%s", err)
   return false
end

--- Was there one that has not ended by itself? Then where it is, and whether it lives.
local function find(container)
   local reader, own = logger.reader(container)
   if not reader or not fs.lstat(reader) then return nil end
   return own, fs.is_read(reader)
end

--- Start the logger again that was killed, so that its container goes on.
---@param container neap.Container
---@param is_over? boolean  the task has ended
---@param seconds? number   to wait for it, all in all
---@return boolean alive
function successor.begin(container, is_over, seconds)
   local own, lives = find(container)
   if not own or lives then return lives or false end
   local made, streams = logger.settings(container), logger.streams(container, own)
   if not made or not streams then return false end
   streams.is_over = is_over
   return start(container, made, streams, core.now() + (seconds or defaults.logger_timeout))
end

--- Start those of many containers, for which one that hangs is not in the way of all.
---@param list { [1]: neap.Container, [2]: neap.Task? }[]
function successor.begin_all(list)
   local killed, deadline = {}, core.now() + defaults.logger_timeout
   for _, pair in ipairs(list) do
      local own, lives = find(pair[1])
      if own and not lives then killed[#killed + 1] = pair end
   end
   if not killed[1] then return end
   fiber.map(killed, AT_ONCE, function(pair)
      local left = deadline - core.now()
      local is_over = pair[2] and core.process_info(pair[2]).status == "stopped"
      return left > 0 and successor.begin(pair[1], is_over, left)
   end)
end

return successor
