--- Reading and writing a process's standard streams, as one reads a file.

local core = require "neap.core"
local defaults = require "neap.defaults"
local failure = require "neap.error"

---@class neap.Stream
local Stream = core.classes.stream

local function fail(code, message)
   return nil, failure.new { code = code, op = "stream.read", message = message }
end

--- What a stream's reader keeps between two reads.
local function state_of(stream)
   local state = core.state(stream)
   state.buffer = state.buffer or ""
   return state
end

--- The time that is left of `options.timeout`, as options for the next wait.
local function patience(options)
   if not options or not options.timeout then return function() return nil end end
   local deadline = core.now() + options.timeout
   return function() return { timeout = math.max(deadline - core.now(), 0.001) } end
end

--- Put one chunk more into the buffer; false at the end.
local function fill(stream, state, left)
   local chunk, err = core.stream_read(stream, left())
   if err then return nil, err end
   if not chunk then return false end
   state.buffer = state.buffer .. chunk
   return true
end

local function take(state, count)
   local bytes = state.buffer:sub(1, count)
   state.buffer = state.buffer:sub(count + 1)
   return bytes
end

local function read_chunk(stream, state, left)
   if state.buffer == "" then
      local more, err = fill(stream, state, left)
      if not more then return nil, err end
   end
   return take(state, #state.buffer)
end

local function read_all(stream, state, left)
   local parts = { take(state, #state.buffer) }
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
         local line = take(state, at)
         return keeps_end and line or line:sub(1, -2)
      end
      if #state.buffer > defaults.line_limit then
         return fail("resource_exhausted",
            ("a line is longer than %d bytes"):format(defaults.line_limit))
      end
      from = #state.buffer + 1
      local more, err = fill(stream, state, left)
      if err then return nil, err end
      if not more then
         if state.buffer == "" then return nil end
         return take(state, #state.buffer)
      end
   end
end

local function read_bytes(stream, state, left, count)
   while #state.buffer < count or count == 0 and state.buffer == "" do
      local more, err = fill(stream, state, left)
      if err then return nil, err end
      if not more then break end
   end
   if state.buffer == "" then return nil end
   return take(state, count)
end

--- A numeral, as io.read "n" takes it: the longest there is, after white space.
local function read_number(stream, state, left)
   while true do
      local text = state.buffer:match "^%s*([%w.+-]*)[^%w.+-]"
      local more, err = text ~= nil, nil
      if not more then more, err = fill(stream, state, left) end
      if err then return nil, err end
      if text or not more then
         text = text or state.buffer:match "^%s*([%w.+-]*)"
         local _, last = state.buffer:find "^%s*[%w.+-]*"
         take(state, last)
         return tonumber(text)
      end
   end
end

local READERS <const> = {
   l = function(s, state, left) return read_line(s, state, left, false) end,
   L = function(s, state, left) return read_line(s, state, left, true) end,
   a = read_all,
   n = read_number,
}

local function reader_of(format)
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

--- One reader at a time: two would split the bytes.
local function exclusively(stream, fn, ...)
   local state = state_of(stream)
   if state.is_read then error("the stream has a reader already", 3) end
   local _guard <close> = setmetatable({}, { __close = function() state.is_read = nil end })
   state.is_read = true
   return fn(stream, state, ...)
end

--- Read: a format of io.read; without one the next chunk. nil at the end.
---@param format? string|integer
---@param options? { timeout: number? }
---@return string|number|nil bytes
---@return neap.Error? err
function Stream:read(format, options)
   return exclusively(self, reader_of(format), patience(options))
end

--- Iterate over what read(format) gives; lines by default. A failure raises.
---@param format? string|integer
---@return fun(): string?
function Stream:lines(format)
   format = format or "l"
   return function()
      local line, err = self:read(format)
      if err then error(err, 2) end
      return line
   end
end

--- Read until `pattern` is found; gives what was matched, or its captures.
---@param pattern string
---@param options? { timeout: number? }
---@return string? matched
---@return neap.Error|string? err
function Stream:expect(pattern, options)
   return exclusively(self, function(stream, state, left)
      while true do
         local found = table.pack(state.buffer:find(pattern))
         if found[1] then
            local whole = take(state, found[2]):sub(found[1])
            if found.n > 2 then return table.unpack(found, 3, found.n) end
            return whole
         end
         local more, err = fill(stream, state, left)
         if err then return nil, err end
         if not more then
            return fail("out_of_range", ("the stream ended before %q"):format(pattern))
         end
      end
   end, patience(options))
end

--- Write; returns when the bytes are taken.
---@param ... string|number
---@return true? ok
---@return neap.Error? err  `failed_precondition` after the end
function Stream:write(...)
   local parts = table.pack(...)
   for i = 1, parts.n do
      if type(parts[i]) ~= "string" and type(parts[i]) ~= "number" then
         error(("bad argument #%d to 'write' (string expected, got %s)"):format(
            i, type(parts[i])), 2)
      end
   end
   local bytes = table.concat(parts, "", 1, parts.n)
   if bytes == "" then return true end
   return core.stream_write(self, bytes)
end

return Stream
