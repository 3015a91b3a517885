--- A consumer with a policy, where it is fed by a logger: what it has not taken yet is
--- in a queue, and a fiber of its own hands it on. So it delays others no more than its
--- policy says.

local core = require "neap.core"

---@class neap.logs.Queue: neap.stdio.Consumer
---@field settle async fun()  waits until the consumer has taken all, or will take no more
---@field is_lossy boolean    may the rest of it be let go?
---@field dropped fun(): integer

local function open(how)
   return core.queue {
      policy = how.policy, buffer = how.buffer,
      spill_dir = how.spill_dir, spill_limit = how.spill_limit,
   }
end

--- What to do with a queue that is still held, until its consumer is through.
local function hand_on(held, consumer, state)
   while not state.is_left do
      local bytes = held:take()
      if bytes then
         state.changed:notify() -- there is room
         consumer.write(bytes)
      elseif state.has_ended then
         return consumer.finish()
      else
         state.changed:wait()
      end
   end
   if consumer.abandon then consumer.abandon() end
end

--- Say how it went, and give the queue back.
local function conclude(held, state, place)
   if held:problem() then place.lose(held:problem()) end
   state.dropped = held:dropped()
   held:close()
   state.is_over = true
   state.changed:notify()
end

local function serve(held, consumer, state, place)
   local ok, err = pcall(hand_on, held, consumer, state)
   if not ok then
      state.problem = err
      if consumer.abandon then pcall(consumer.abandon) end
      if not core.cancelled() then place.fail(err) end
   end
   conclude(held, state, place)
end

--- Queue what a consumer is given.
---@param consumer neap.stdio.Consumer
---@param how neap.sink.Policy  with a buffer
---@param place { fail: fun(err: any), lose: fun(errno: string) }
---@return neap.logs.Queue
return function(consumer, how, place)
   local held, state = open(how), { changed = core.condition() }
   core.daemon(serve, held, consumer, state, place)

   local function write(bytes)
      while not state.is_over do
         local taken = held:put(bytes)
         if taken > 0 then state.changed:notify() end
         if taken == #bytes then return end
         bytes = bytes:sub(taken + 1)
         state.changed:wait()
      end
      error(state.problem, 0)
   end

   local function mark(field)
      state[field] = true
      state.changed:notify()
   end

   return {
      write = write,
      finish = function() mark "has_ended" end,
      abandon = function() mark "is_left" end,
      settle = function() while not state.is_over do state.changed:wait() end end,
      is_lossy = how.policy == "drop",
      dropped = function() return state.dropped or held:dropped() end,
   }
end
