--- An iterator over what containerd says happened.

local core = require "neap.core"
local defaults = require "neap.defaults"
local escape = require "neap.escape"
local fields = require "neap.fields"
local listener = require "neap.listener"
local topics = require "neap.topic"

local events = {}

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
   if not given then return listener.refuse("events.read", unknown) end
   fields.timeout("read", 1, given)
   while true do
      local event, err = self.source:take(given)
      if not event then return nil, err end
      if self.wants(listener.complete(self.client, event)) then return event end
   end
end

function Events:close()
   self.closed = true
   self.source:close()
   return true
end

local events_mt = {
   __name = "neap.events", __index = Events, __close = Events.close,
   __call = function(self) return self:read() end, __tostring = listener.show,
}

--- Iterate over events: `for event in client:events { topic = "exit" } do`.
---@param client neap.Client
---@param options? { topic: string?, id: string?, filter: function|table|nil, buffer: integer? }
---@return neap.Events? events
---@return neap.Error? err
function events.open(client, options)
   if options ~= nil and type(options) ~= "table" then
      error(("bad argument #1 to 'events' (table expected, got %s)"):format(type(options)), 2)
   end
   local parsed, why = parse(options or {})
   if not parsed then return listener.refuse("client.events", why) end
   local made = setmetatable({
      client = client, topic = parsed.topic, wants = parsed.wants,
      source = core.listen(client, parsed.buffer),
   }, events_mt)
   return made, nil, nil, made
end

return events
