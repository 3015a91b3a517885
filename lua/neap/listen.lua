--- Listening to what containerd says happened.
--
-- The handles know first; then whoever listens is told, each through a queue of
-- its own: a handler that waits holds up neither the stream nor another's.

local core = require "neap.core"
local defaults = require "neap.defaults"
local escape = require "neap.escape"
local failure = require "neap.error"
local fields = require "neap.fields"
local topics = require "neap.topic"

local listen = {}

local function refuse(op, why)
   return nil, failure.new { code = "invalid_argument", op = op, message = why }
end

--- "neap.events exit (closed)"
local function show(listener)
   local is_closed = listener.closed or listener.client:is_closed()
   return ("%s %s (%s)"):format(
      getmetatable(listener).__name, escape.text(listener.topic or "*"),
      is_closed and "closed" or "open"
   )
end

--- --- handlers --------------------------------------------------------------

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
   __tostring = show,
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

--- The event as a listener sees it, with the handle that this client has.
local function complete(client, event)
   if event.id and not client:is_closed() then
      event.container = core.container_known(client, event.id)
   end
   return event
end

local function serve(subscription)
   for event in function() return subscription.source:take() end do
      if subscription.matches(event.topic) then
         dispatch(subscription, complete(subscription.client, event))
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
   if not matches then return refuse("client.on", why) end
   local subscription = setmetatable({
      client = client, topic = topic, fn = fn, matches = matches, queues = {},
      source = core.listen(client, defaults.event_buffer * 16),
   }, subscription_mt)
   core.daemon(serve, subscription)
   return subscription
end

--- --- iterators -------------------------------------------------------------

local READ <const> = { timeout = true }
local OPTIONS <const> = { topic = true, id = true, filter = true, buffer = true }

local function filter_of(wanted)
   if wanted == nil then return function() return true end end
   if type(wanted) == "function" then return wanted end
   if type(wanted) ~= "table" then
      return nil, ("filter: %s is not a function, nor a table"):format(escape.show(wanted))
   end
   return function(event)
      for name, value in pairs(wanted) do
         local found = event[name]
         if found == nil and event.data then found = event.data[name] end
         if found == nil or value ~= true and found ~= value then return false end
      end
      return true
   end
end

local function parse(options)
   local ok, unknown = fields.check(options, OPTIONS)
   if not ok then return nil, unknown end
   local matches, bad_topic = topics.parse(options.topic)
   if not matches then return nil, "topic: " .. bad_topic end
   local passes, bad_filter = filter_of(options.filter)
   if not passes then return nil, bad_filter end
   local buffer = options.buffer or defaults.event_buffer
   if math.type(buffer) ~= "integer" or buffer < 1 then
      return nil, ("buffer: %s is not a number of events (1 or more)"):format(escape.show(buffer))
   end
   if options.id ~= nil and type(options.id) ~= "string" then
      return nil, ("id: %s is not an id"):format(escape.show(options.id))
   end
   return {
      buffer = buffer, topic = options.topic,
      wants = function(event)
         return (not options.id or event.id == options.id)
            and matches(event.topic) and passes(event)
      end,
   }
end

---@class neap.Events
local Events = {}

--- The next event that is wanted; nil once closed.
---@param options? { timeout: number? }
---@return neap.Event? event
---@return neap.Error? err
function Events:read(options)
   if self.closed then error("events are closed", 2) end
   local given, unknown = fields.options("read", 1, options, READ)
   if not given then return refuse("events.read", unknown) end
   fields.timeout("read", 1, given)
   while true do
      local event, err = self.source:take(given)
      if not event then return nil, err end
      if self.wants(complete(self.client, event)) then return event end
   end
end

function Events:close()
   self.closed = true
   self.source:close()
   return true
end

local events_mt = {
   __name = "neap.events", __index = Events, __close = Events.close,
   __call = function(events) return events:read() end, __tostring = show,
}

--- Iterate over events: `for event in client:events { topic = "exit" } do`.
---@param client neap.Client
---@param options? { topic: string?, id: string?, filter: function|table|nil, buffer: integer? }
---@return neap.Events? events
---@return neap.Error? err
function listen.events(client, options)
   if options ~= nil and type(options) ~= "table" then
      error(("bad argument #1 to 'events' (table expected, got %s)"):format(type(options)), 2)
   end
   local parsed, why = parse(options or {})
   if not parsed then return refuse("client.events", why) end
   local events = setmetatable({
      client = client, topic = parsed.topic, wants = parsed.wants,
      source = core.listen(client, parsed.buffer),
   }, events_mt)
   return events, nil, nil, events
end

return listen
