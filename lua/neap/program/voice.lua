--- What Neap has to say on standard error while something runs, which is held up by
--- nobody who does not read it.
--
-- It is written at once where there is room. Else it waits, in order, in a buffer; what
-- does not fit in there is left out, and how much that was is said where it is missing.

local core = require "neap.core"
local defaults = require "neap.defaults"

local voice = {}

local waiting, size, left_out = {}, 0, 0
---@type neap.Descriptor?
local stderr
---@type neap.Fiber?
local writer

local function keep(text)
   waiting[#waiting + 1] = text
   size = size + #text
end

local function own_up()
   if left_out == 0 then return end
   keep(("neap: warn: %d messages are left out\n"):format(left_out))
   left_out = 0
end

--- Write what waits, as room is made for it.
local function write()
   while stderr and waiting[1] do
      local text = table.concat(waiting)
      waiting = {}
      stderr:write(text)
      size = size - #text
      own_up()
   end
   writer = nil
end

--- Say something, whole lines of it.
---@param text string
function voice.say(text)
   stderr = stderr or core.descriptor(2, "w")
   if not stderr then return end
   local done = writer and 0 or stderr:put(text)
   if done == #text then return end
   if left_out > 0 or size + #text > defaults.voice.buffer then
      left_out = left_out + 1
      return
   end
   keep(text:sub(done + 1))
   writer = writer or core.daemon(write)
end

--- Have the rest written, if somebody reads it soon; say no more.
function voice.finish()
   if writer then core.settled(writer, { timeout = defaults.voice.patience }) end
   if stderr then stderr:close() end
   stderr = nil
end

return voice
