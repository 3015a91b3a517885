--- Who reads a stream: one at a time, and what came and was not taken stays for the
--- next.

local buffers = require "neap.buffer"
local core = require "neap.core"
local failure = require "neap.error"

local reading = {}

--- What a stream's readers keep between two reads.
local function state_of(stream)
   local state = core.state(stream)
   state.buffer = state.buffer or buffers.new()
   return state
end

--- Raise where the stream cannot be read: two readers would split the bytes.
---@param stream neap.Stream
---@param level integer  of the caller to blame
---@return table state
function reading.check(stream, level)
   local state = state_of(stream)
   if state.is_closed then error("the stream is closed", level + 1) end
   if state.is_read then error("the stream has a reader already", level + 1) end
   return state
end

--- Put the next chunk into the buffer: true; false at the end.
---@param stream neap.Stream
---@param buffer neap.Buffer
---@param options? { timeout: number? }
---@return boolean?
---@return neap.Error? err
function reading.fill(stream, buffer, options)
   local chunk, err = core.stream_read(stream, options)
   if err then return nil, err end
   if chunk then buffer:add(chunk) end
   return chunk ~= nil
end

--- What could not be read is the process's that the stream is of.
local function named(stream, ...)
   local value, err = ...
   if value == nil and failure.is(err) then err.id = err.id or core.stream_id(stream) end
   return ...
end

--- Call `fn(buffer, ...)`; nobody else reads meanwhile.
---@param stream neap.Stream
---@param fn async fun(buffer: neap.Buffer, ...): ...
---@return any ...
function reading.exclusively(stream, fn, ...)
   local state = reading.check(stream, 3)
   local _guard <close> = setmetatable({}, { __close = function() state.is_read = nil end })
   state.is_read = true
   return named(stream, fn(state.buffer, ...))
end

return reading
