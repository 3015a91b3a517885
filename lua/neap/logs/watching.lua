--- Consumers of a logged container's output: what its logger sends goes to them,
--- through the logger's death and its successor, to the end of the streams.

local consumer_of = require "neap.stdio.consumer"
local core = require "neap.core"
local defaults = require "neap.defaults"
local failure = require "neap.error"
local log = require "neap.log"
local logger = require "neap.logs.logger"
local successor = require "neap.logs.successor"
local tap = require "neap.logs.tap"

local watching = {}

local PAUSE <const> = 0.01

--- Connect to the container's logger, which is started again where it was killed. It
--- may begin at this moment, or be killed once more.
---@param container neap.Container
---@param wanted string  see neap.logs.tap
---@return neap.logs.Tap? tap
---@return neap.Error? err  nil, nil: its streams are over
function watching.connect(container, wanted)
   local deadline = core.now() + defaults.logger_timeout
   while true do
      local lives, own = logger.lives(container)
      if not own or not lives and not successor.begin(container) then return nil end
      local watched, err = tap.connect(own .. "/tap", wanted)
      if watched or core.now() >= deadline then return watched, err end
      core.sleep(PAUSE)
   end
end

--- --- consumers ---------------------------------------------------------------

local EPIPE <const> = 32

--- Is that what a consumer raises whose reader has gone?
---@param err any
---@return boolean
function watching.is_unread(err)
   return type(err) == "table" and err.errno == "EPIPE"
end

local function check(ok, err)
   if not ok then error(err, 0) end
end

local function check_written(ok, err, errno)
   if not ok and (errno == EPIPE or watching.is_unread(err)) then
      err = failure.new { code = "failed_precondition", op = "process.attach", errno = "EPIPE",
         message = "nobody reads the output: Broken pipe" }
   end
   check(ok, err)
end

--- A reader that stalls holds up this fiber, and nobody else. What a script wrote to the
--- file before comes first.
local function of_file(file, is_ours)
   local output, err = core.descriptor(core.fs.fd(file), "w")
   check(output, err)
   return {
      write = function(bytes)
         check_written(file:flush())
         check_written(output:write(bytes))
      end,
      finish = function()
         output:close()
         if is_ours then file:close() end
      end,
   }
end

local function of_stream(stream)
   return {
      write = function(bytes) check(stream:write(bytes)) end,
      finish = function() stream:close() end,
   }
end

local function open(path)
   check(core.path.touch(path, 384)) -- 0600
   local file, why = io.open(path, "ab")
   check(file, why)
   return of_file(file, true)
end

local function one_of(e, name)
   if e.kind == "inherit" then return of_file(name == "stderr" and io.stderr or io.stdout) end
   if e.kind == "file" then return open(e.path) end
   if e.kind == "stream" then return of_stream(e.stream) end
   return consumer_of(e)
end

--- The consumers of each stream, in lists.
local function consumers_of(ends)
   local consumers = {}
   for name, e in pairs(ends) do
      local list = {}
      for i, one in ipairs(e.kind == "list" and e.consumers or { e }) do
         list[i] = one_of(one, name)
      end
      consumers[name] = list
   end
   return consumers
end

--- --- frames ------------------------------------------------------------------

---@class neap.logs.Place  where a watcher is in all that was written
---@field at? integer
---@field lost? boolean  something is missing before that

--- What a frame says that holds no output.
local function heed(container, kind, payload, place)
   if kind == "notice" then
      log.warn("container %s: %s", container.id, payload)
   elseif kind == "dropped" then
      local count = string.unpack("<I8", payload)
      log.warn("container %s: %d bytes of output are not shown", container.id, count)
      place.at, place.lost = place.at and place.at + count, true
   elseif kind == "position" then
      local at = string.unpack("<I8", payload)
      place.lost = place.lost or place.at ~= nil and place.at ~= at
      place.at = at
   end
end

local OUTPUTS <const> = { stdout = true, stderr = true }

--- Pass frames on until the streams are over; true then, false: the logger died.
local function pass(container, watched, consumers, place)
   for kind, payload in watched.next do
      if kind == "end" then return true end
      for _, consumer in ipairs(consumers[kind] or {}) do consumer.write(payload) end
      if OUTPUTS[kind] then
         place.at = place.at and place.at + #payload
      else
         heed(container, kind, payload, place)
      end
   end
   return false
end

--- What to ask the next logger for.
local function next_wanted(wanted, place)
   if not place.at then return wanted end
   return (wanted == "hold" and "hold %d" or "at %d"):format(place.at)
end

--- Pass them on, from one logger after the other.
local function pass_all(container, watched, wanted, consumers, place)
   while watched do
      local ok, is_over = pcall(pass, container, watched, consumers, place)
      watched.close()
      if not ok then error(is_over, 0) end
      if is_over then return end
      watched = watching.connect(container, next_wanted(wanted, place))
      place.lost = place.lost or not watched
   end
end

local function serve(container, watched, wanted, ends, place)
   local consumers = consumers_of(ends)
   pass_all(container, watched, wanted, consumers, place)
   for _, list in pairs(consumers) do
      for _, consumer in ipairs(list) do consumer.finish() end
   end
end

--- Serve consumers until the streams are over. The wait of the process waits for it,
--- and gets what a consumer raises.
---@param process neap.Process
---@param watched neap.logs.Tap
---@param wanted string  of it
---@param ends table<string, neap.stdio.End>  "stdout", "stderr"
---@param failed fun(err: any)
function watching.start(process, watched, wanted, ends, failed)
   local container, place = core.process_container(process), {}
   core.state(process).watched = place
   core.state(process).watching = core.daemon(function()
      local ok, err = pcall(serve, container, watched, wanted, ends, place)
      watched.close()
      if not ok and not (type(err) == "table" and err.code == "cancelled") then failed(err) end
   end)
end

--- Wait until a consumer has failed.
---@param process neap.Process
---@return any why  nil: it never will, for there is none or its streams are over
function watching.loss(process)
   local state = core.state(process)
   if not state.watching then return nil end
   core.settled(state.watching)
   return state.failure
end

return watching
