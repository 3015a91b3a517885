--- Reading and writing a process's standard streams, as one reads a file.

local core = require "neap.core"
local expect = require "neap.expect"
local failure = require "neap.error"
local fields = require "neap.fields"
local formats = require "neap.formats"
local reading = require "neap.reading"

---@class neap.Stream
local Stream = core.classes.stream

local function fail(stream, code, op, message)
   return nil, failure.new {
      code = code, op = op, message = message, id = core.stream_id(stream),
   }
end

local TIMEOUT <const> = { timeout = true }
local EXPECT <const> = { timeout = true, limit = true }

--- Options for each of the waits that end `timeout` from now at the latest. The first
--- takes what is there, however late it is; later ones end even where more is there.
local function patience(stream, op, timeout)
   local deadline, is_first = core.now() + timeout, true
   return function()
      local left = deadline - core.now()
      if left <= 0 and not is_first then
         return fail(stream, "deadline_exceeded", op, ("not done within %g s"):format(timeout))
      end
      is_first = false
      return { timeout = math.max(left, 0.001) }
   end
end

--- Check options, and tell what puts the next chunk into a buffer.
---@return (fun(buffer: neap.Buffer): neap.More)? filler
---@return table|neap.Error given
local function prepare(stream, method, options, known)
   local op = "stream." .. method
   local given, unknown = fields.options(method, 2, options, known, 3)
   if not given then return fail(stream, "invalid_argument", op, unknown) end
   local timeout = fields.timeout(method, 2, given, 3)
   local left = timeout and patience(stream, op, timeout)
   return function(buffer)
      return function()
         local wait, late
         if left then wait, late = left() end
         if late then return nil, late end
         return reading.fill(stream, buffer, wait)
      end
   end, given
end

--- Read: a format of io.read; without one the next chunk. nil at the end.
---@param format? string|integer
---@param options? { timeout: number? }
---@return string|number|nil bytes
---@return neap.Error? err
function Stream:read(format, options)
   local read = formats.reader(format)
   local filler, wrong = prepare(self, "read", options, TIMEOUT)
   if not filler then return nil, wrong end
   return reading.exclusively(self, function(buffer)
      return read(buffer, filler(buffer))
   end)
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

--- Read until `wanted` is found; gives what was matched, or its captures. What came
--- before it is dropped, what came after it stays. Where it is not found, all stays.
---
--- A function gets all that came and nobody took, and answers where the match is: its
--- first and last byte (all, without a last), and results in place of what is there.
---@param wanted string|async fun(text: string): integer?, integer?, ...  a pattern
---@param options? { timeout: number?, limit: integer|string? }
---@return any ...
---@return neap.Error? err  `deadline_exceeded`; `out_of_range` at the end;
---   `resource_exhausted` where it is not in the first `limit` bytes (1m)
function Stream:expect(wanted, options)
   local find = expect.finder(wanted)
   if not find then
      error(("bad argument #1 to 'expect' (string or function expected, got %s)"):format(
         type(wanted)), 2)
   end
   local filler, given = prepare(self, "expect", options, EXPECT)
   if not filler then return nil, given end
   local limit, why = expect.limit(given.limit)
   if not limit then return fail(self, "invalid_argument", "stream.expect", "limit: " .. why) end
   return reading.exclusively(self, function(buffer)
      return expect.read(buffer, filler(buffer), find, limit)
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
