--- What the handle of a process that was started keeps: the streams to be read
--- later, and what a consumer of them raised.

local core = require "neap.core"
local failure = require "neap.error"
local plumbing = require "neap.plumbing"
local stdio = require "neap.stdio"

local handle = {}

--- Streams that a caller reads later stay with the handle, beyond its deletion.
local function keep_streams(process, io)
   local state = core.state(process)
   for name in pairs(stdio.fields) do
      state[name] = plumbing.kept(process, name, io[name])
   end
end

--- Give a started process its pumps and its place in Lua.
function handle.settle(process, io, pumps, keeper)
   keep_streams(process, io)
   keeper.state = core.state(process)
   keeper.state.drain = io.drain
   plumbing.start(process, pumps)
   return process
end

--- Whom a failing consumer tells: the process, once there is one.
function handle.keeper()
   local keeper = {}
   return keeper, function(err)
      if type(err) ~= "table" then
         err = failure.new { code = "unknown", op = "stream", message = tostring(err) }
      end
      if keeper.state then keeper.state.failure = keeper.state.failure or err end
   end
end

return handle
