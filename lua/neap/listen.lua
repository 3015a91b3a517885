--- Handlers of what containerd says happened.
--
-- The handles know first; then whoever listens is told, each through a queue of
-- its own: a handler that waits holds up neither the stream nor another's.

local core = require "neap.core"
local defaults = require "neap.defaults"
local listener = require "neap.listener"
local topics = require "neap.topic"

local listen = {}

---@class neap.Subscription
local Subscription = {}

--- Call no more. What has begun is finished.
function Subscription:close()
   self.closed = true
   self.source:close()
   return true
end

local subscription_mt = {
   __name = "neap.subscription", __index = Subscription, __close = Subscription.close,
   __tostring = listener.show,
}

--- A queue that keeps the latest, and counts what it had to drop.
local function queue_new(limit)
   return { first = 1, last = 0, limit = limit, dropped = 0 }
end

local function push(queue, event)
   queue.last = queue.last + 1
   queue[queue.last] = event
   if queue.last - queue.first >= queue.limit then
      queue[queue.first] = nil
      queue.first = queue.first + 1
      queue.dropped = queue.dropped + 1
   end
end

local function pop(queue)
   local event = queue[queue.first]
   if not event then return nil end
   queue[queue.first] = nil
   queue.first = queue.first + 1
   if queue.dropped > 0 then
      event.dropped = (event.dropped or 0) + queue.dropped
      queue.dropped = 0
   end
   return event
end

--- Work off one container's events, in order. A handler runs in a fiber that
--- nobody joins, so that what it raises is told, and counts.
local function work(subscription, key)
   local queue = subscription.queues[key]
   while not subscription.closed do
      local event = pop(queue)
      if not event then break end
      core.settled(core.daemon(subscription.fn, event))
   end
   subscription.queues[key] = nil
end

local function dispatch(subscription, event)
   local key = event.id or event.topic
   local queue = subscription.queues[key]
   if queue then
      push(queue, event)
      return
   end
   queue = queue_new(defaults.event_buffer)
   subscription.queues[key] = queue
   push(queue, event)
   core.daemon(work, subscription, key)
end

local function serve(subscription)
   for event in function() return subscription.source:take() end do
      if subscription.matches(event.topic) then
         dispatch(subscription, listener.complete(subscription.client, event))
      end
   end
end

--- Call `fn(event)` for events of a topic: those of one container in order, in a
--- fiber, different ones side by side.
---@param client neap.Client
---@param topic string  "exit", "/images/create", "/tasks/*"
---@param fn async fun(event: neap.Event)
---@return neap.Subscription? subscription
---@return neap.Error? err
function listen.on(client, topic, fn)
   if type(fn) ~= "function" then
      error(("bad argument #2 to 'on' (function expected, got %s)"):format(type(fn)), 2)
   end
   if type(topic) ~= "string" then
      error(("bad argument #1 to 'on' (string expected, got %s)"):format(type(topic)), 2)
   end
   local matches, why = topics.parse(topic)
   if not matches then return listener.refuse("client.on", why) end
   local subscription = setmetatable({
      client = client, topic = topic, fn = fn, matches = matches, queues = {},
      source = core.listen(client, defaults.event_buffer * 16),
   }, subscription_mt)
   core.daemon(serve, subscription)
   return subscription
end

return listen
