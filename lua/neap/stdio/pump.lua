--- Pumps: fibers that move the bytes of a stream between it and what is Lua's, or
--- another process's. Each is a function of the stream.

local consumer_of = require "neap.stdio.consumer"
local core = require "neap.core"
local feed = require "neap.feed"
local move = require "neap.stdio.move"

local pump = {}

--- What comes out of a stream, to its end.
local function chunks(stream)
   return function() return core.stream_read(stream) end
end

local function consume(e, stream)
   local consumer = consumer_of(e)
   for chunk in chunks(stream) do consumer.write(chunk) end
   consumer.finish()
end

--- An input that has ended is like a file that is full: the exit says so.
local function feed_other(e, stream)
   local count, err = move(stream, e.stream)
   if count then return end
   local _, truncated = core.stream_captured(stream)
   if not truncated then error(err, 0) end
   stream:close()
end

--- Of an output. What a consumer raises is the wait's; it gets no more, and holds up
--- nobody: the process goes on, and other consumers do.
---@param e neap.stdio.End
---@param failed fun(err: any)
---@return fun(stream: neap.Stream)
function pump.output(e, failed)
   local run = e.kind == "stream" and feed_other or consume
   return function(stream)
      local ok, err = pcall(run, e, stream)
      if not ok then
         if not core.cancelled() then failed(err) end
         stream:close()
      end
      core.stream_done(stream)
   end
end

--- Of the input that another process's output goes to.
---@param e neap.stdio.End
---@param failed fun(err: any)
---@return fun(stream: neap.Stream)
function pump.input(e, failed)
   return function(stream)
      local ok, count, err = pcall(move, e.stream, stream)
      if not ok then err = count end
      local is_over = ok and (count or feed.is_over(err))
      if not is_over and not core.cancelled() then failed(err) end
      stream:close()
   end
end

return pump
