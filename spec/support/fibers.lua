--- Fibers for specs: `after_each(fibers.reset)` leaves none to the next.

local assert = require "luassert"
local core = require "neap.core"

local fibers = { LONG = 3600 } -- a wait that only something else can end

--- A value that runs `fn` when it is closed.
function fibers.closing(fn)
   return setmetatable({}, { __close = fn })
end

--- Run `fn` in a fiber to its end; what it answered.
function fibers.run(...)
   return core.spawn(...):join()
end

--- A fiber that has begun and waits.
function fibers.waiting(fn)
   local fiber = core.spawn(fn or function() core.sleep(fibers.LONG) end)
   fibers.run(function() end) -- spawned later, so it has run by now
   return fiber
end

function fibers.assert_failed(code, value, err)
   assert.is_nil(value)
   assert.equal(code, type(err) == "table" and err.code or err)
end

--- End all that a spec left.
function fibers.reset()
   core.cancel_all()
   core.run()
   core.failures(true)
   core.on_unjoined(nil)
end

return fibers
