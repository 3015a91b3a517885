--- Consumers of a logged container's output: what its logger sends goes to them,
--- through the logger's death and its successor, to the end of the streams.

local consumers_of = require "neap.logs.consumers"
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

local function unheard(container, err)
   return failure.new {
      code = err and err.code or "unavailable", op = "process.attach", id = container.id,
      message = err and "its logger does not answer" or "its logger has too many to serve",
   }
end

--- Connect, and wait until the logger knows: whatever the streams give from then on
--- will come.
---@param container neap.Container
---@param wanted string  see neap.logs.tap
---@return neap.logs.Tap? tap
---@return neap.Error? err  `deadline_exceeded`: it hangs; nil, nil: its streams are over
function watching.join(container, wanted)
   local deadline = core.now() + defaults.logger_timeout
   while true do
      local watched, away = watching.connect(container, wanted)
      if not watched then return nil, away end
      local is_known, err = watched.await(math.max(PAUSE, deadline - core.now()))
      if is_known then return watched end
      watched.close()
      if core.now() >= deadline then return nil, unheard(container, err) end
      core.sleep(PAUSE)
   end
end

--- --- frames ------------------------------------------------------------------

---@class neap.logs.Place  where a watcher is in all that was written
---@field at? integer
---@field lost? string  why something is missing before that: "dropped", or an errno
---@field lose fun(why: string)
---@field fail fun(err: any)  told what a consumer raises
---@field has_failed? boolean
---@field is_through? boolean  all have all, but those that may let it go
---@field is_over? boolean
---@field changed neap.Condition  is told of failure and end

--- What a frame says that holds no output.
local function heed(container, kind, payload, place)
   if kind == "notice" then
      log.warn("container %s: %s", container.id, payload)
   elseif kind == "dropped" then
      local count = string.unpack("<I8", payload)
      log.warn("container %s: %d bytes of output are not shown", container.id, count)
      place.at = place.at and place.at + count
      place.lose "dropped"
   elseif kind == "position" then
      local at = string.unpack("<I8", payload)
      if place.at and place.at ~= at then place.lose "dropped" end
      place.at = at
   end
end

local OUTPUTS <const> = { stdout = true, stderr = true }

--- Pass frames on until the streams are over, or nobody is left who takes them: true
--- then, false: the logger died.
local function pass(container, watched, consumers, place)
   for kind, payload in watched.next do
      if kind == "end" then return true end
      if OUTPUTS[kind] then
         consumers_of.tell(consumers[kind] or {}, "write", payload, place.fail)
         if not consumers_of.has_any(consumers) then return true end
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
      if not watched then place.lose "dropped" end
   end
end

local function serve(container, watched, wanted, ends, place)
   local consumers <close> = consumers_of.open(ends, place)
   pass_all(container, watched, wanted, consumers, place)
   consumers_of.finish(consumers, place.fail, function() place.is_through = true end)
end

--- Where a watcher is, and whom it tells of a consumer that failed.
local function new_place(failed)
   local place = { changed = core.condition() }
   function place.fail(err)
      failed(err)
      place.has_failed = true
      place.changed:notify()
   end
   function place.lose(why) place.lost = place.lost or why end
   return place
end

--- Serve consumers until the streams are over. The wait of the process waits for it,
--- and gets what a consumer raises.
---@param process neap.Process
---@param watched neap.logs.Tap
---@param wanted string  of it
---@param ends table<string, neap.stdio.End>  "stdout", "stderr"
---@param failed fun(err: any)
function watching.start(process, watched, wanted, ends, failed)
   local container, place = core.process_container(process), new_place(failed)
   core.state(process).watched = place
   core.state(process).watching = core.daemon(function()
      local ok, err = pcall(serve, container, watched, wanted, ends, place)
      watched.close()
      if not ok and not core.cancelled() then place.fail(err) end
      place.is_over = true
      place.changed:notify()
   end)
end

--- Wait until a consumer has failed.
---@param process neap.Process
---@return any why  nil: it never will, for there is none or its streams are over
function watching.loss(process)
   local state = core.state(process)
   local place = state.watched
   if not place then return nil end
   while not place.has_failed and not place.is_over do place.changed:wait() end
   return state.failure
end

return watching
