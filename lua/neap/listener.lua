--- What a handler and an iterator of events have in common.

local core = require "neap.core"
local escape = require "neap.escape"
local failure = require "neap.error"

local listener = {}

function listener.refuse(op, why)
   return nil, failure.new { code = "invalid_argument", op = op, message = why }
end

--- "neap.events exit (closed)"
function listener.show(self)
   local is_closed = self.closed or self.client:is_closed()
   return ("%s %s (%s)"):format(
      getmetatable(self).__name, escape.text(self.topic or "*"),
      is_closed and "closed" or "open"
   )
end

--- The event as a listener sees it, with the handle that this client has.
function listener.complete(client, event)
   if event.id and not client:is_closed() then
      event.container = core.container_known(client, event.id)
   end
   return event
end

return listener
