--- What a stream is read by: the next chunk, a line, a number, all.
--
-- A reader keeps in `state.buffer` what it has got and nobody took; `left` tells
-- how long the next wait may be.

local core = require "neap.core"
local defaults = require "neap.defaults"
local failure = require "neap.error"
local numeral = require "neap.numeral"

local formats = {}

--- Put one chunk more into the buffer; false at the end.
function formats.fill(stream, state, left)
   local chunk, err = core.stream_read(stream, left())
   if err then return nil, err end
   if not chunk then return false end
   state.buffer = state.buffer .. chunk
   return true
end

function formats.take(state, count)
   local bytes = state.buffer:sub(1, count)
   state.buffer = state.buffer:sub(count + 1)
   return bytes
end

local function read_chunk(stream, state, left)
   if state.buffer == "" then
      local more, err = formats.fill(stream, state, left)
      if not more then return nil, err end
   end
   return formats.take(state, #state.buffer)
end

local function read_all(stream, state, left)
   local parts = { formats.take(state, #state.buffer) }
   while true do
      local chunk, err = core.stream_read(stream, left())
      if err then
         state.buffer = table.concat(parts)
         return nil, err
      end
      if not chunk then return table.concat(parts) end
      parts[#parts + 1] = chunk
   end
end

local function read_line(stream, state, left, keeps_end)
   local from = 1
   while true do
      local at = state.buffer:find("\n", from, true)
      if at then
         local line = formats.take(state, at)
         return keeps_end and line or line:sub(1, -2)
      end
      if #state.buffer > defaults.line_limit then
         return nil, failure.new { code = "resource_exhausted", op = "stream.read",
            message = ("a line is longer than %d bytes"):format(defaults.line_limit) }
      end
      from = #state.buffer + 1
      local more, err = formats.fill(stream, state, left)
      if err then return nil, err end
      if not more then
         if state.buffer == "" then return nil end
         return formats.take(state, #state.buffer)
      end
   end
end

local function read_bytes(stream, state, left, count)
   while #state.buffer < count or count == 0 and state.buffer == "" do
      local more, err = formats.fill(stream, state, left)
      if err then return nil, err end
      if not more then break end
   end
   if state.buffer == "" then return nil end
   return formats.take(state, count)
end

local function read_number(stream, state, left)
   local is_whole = false
   while true do
      local rest, number = numeral.take(state.buffer, is_whole)
      if rest then
         state.buffer = rest
         return number
      end
      local more, err = formats.fill(stream, state, left)
      if err then return nil, err end
      is_whole = not more
   end
end

local READERS <const> = {
   l = function(s, state, left) return read_line(s, state, left, false) end,
   L = function(s, state, left) return read_line(s, state, left, true) end,
   a = read_all,
   n = read_number,
}

--- What reads `format`: fn(stream, state, left); raises where there is none such.
---@param format? string|integer
function formats.reader(format)
   if format == nil then return read_chunk end
   if math.type(format) == "integer" and format >= 0 then
      return function(s, state, left) return read_bytes(s, state, left, format) end
   end
   local name = type(format) == "string" and format:match "^%*?([lLan])"
   if not name then
      error(("bad argument #1 to 'read' (invalid format %s)"):format(tostring(format)), 3)
   end
   return READERS[name]
end

return formats
