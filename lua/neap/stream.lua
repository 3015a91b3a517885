--- Reading and writing a process's standard streams, as one reads a file.

local core = require "neap.core"
local failure = require "neap.error"
local fields = require "neap.fields"
local formats = require "neap.formats"

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

local OPTIONS <const> = { timeout = true }

--- The time that is left of `options.timeout`, as options for the next wait.
---@return (fun(): table?)? left
---@return neap.Error? err
local function patience(method, options)
   local given, unknown = fields.options(method, 2, options, OPTIONS)
   if not given then return fail("invalid_argument", unknown) end
   local timeout = given.timeout
   if not timeout then return function() return nil end end
   if type(timeout) ~= "number" then
      error(("bad argument #2 to '%s' (field 'timeout': number expected, got %s)"):format(
         method, type(timeout)), 3)
   end
   local deadline = core.now() + timeout
   return function() return { timeout = math.max(deadline - core.now(), 0.001) } end
end

--- One reader at a time: two would split the bytes.
local function exclusively(stream, fn, ...)
   local state = state_of(stream)
   if state.is_closed then error("the stream is closed", 3) end
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
   local read = formats.reader(format)
   local left, wrong = patience("read", options)
   if not left then return nil, wrong end
   return exclusively(self, read, left)
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
   if type(pattern) ~= "string" then
      error(("bad argument #1 to 'expect' (string expected, got %s)"):format(type(pattern)), 2)
   end
   local left, wrong = patience("expect", options)
   if not left then return nil, wrong end
   return exclusively(self, function(stream, state)
      while true do
         local found = table.pack(state.buffer:find(pattern))
         if found[1] then
            local whole = formats.take(state, found[2]):sub(found[1])
            if found.n > 2 then return table.unpack(found, 3, found.n) end
            return whole
         end
         local more, err = formats.fill(stream, state, left)
         if err then return nil, err end
         if not more then
            return fail("out_of_range", ("the stream ended before %q"):format(pattern))
         end
      end
   end)
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

local close = Stream.close

--- Read no more, or say that no more is written. Twice is fine.
---@return true
function Stream:close()
   core.state(self).is_closed = true
   return close(self)
end

return Stream
