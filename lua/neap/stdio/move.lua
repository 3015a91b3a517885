--- From one process to another: all bytes of an output into an input, then its end.

local core = require "neap.core"
local reading = require "neap.reading"

--- What an earlier read left goes first; the rest never enters Lua.
---@param output neap.Stream  raises where it has a reader already
---@param input neap.Stream
---@return integer? count  bytes that were taken
---@return neap.Error? err  `failed_precondition`: the input's process has ended
return function(output, input)
   return reading.exclusively(output, function(buffer)
      local left = buffer.size
      if left > 0 then
         local ok, err = core.stream_write(input, buffer:take(left))
         if not ok then return nil, err end
      end
      local count, err = core.stream_connect(output, input)
      if not count then return nil, err end
      return left + count
   end)
end
