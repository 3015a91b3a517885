--- A streaming RPC: read, write, close; and `for message in stream do`, which
--- raises what goes wrong, as io.lines does: a loop that ends has seen it all.

local core = require "neap.core"

---@class neap.Exchange
local Exchange = core.classes.exchange

core.metatable("exchange").__call = function(exchange)
   local message, err = exchange:read()
   if err then error(err, 2) end
   return message
end

return Exchange
