--- What bytes are read by: the next chunk, a line, a number, all.
--
-- A reader takes from a buffer, and asks `more()` to put one chunk more into it: true,
-- false at the end, nil and an error. What it does not give stays in the buffer.

local defaults = require "neap.defaults"
local failure = require "neap.error"
local numeral = require "neap.numeral"

local formats = {}

---@alias neap.More fun(): boolean?, neap.Error?

local function read_chunk(buffer, more)
   if buffer.size == 0 then
      local ok, err = more()
      if not ok then return nil, err end
   end
   return buffer:take(buffer.size)
end

local function read_all(buffer, more)
   local ok, err
   repeat ok, err = more() until not ok
   if err then return nil, err end
   return buffer:take(buffer.size)
end

local function too_long()
   return nil, failure.new { code = "resource_exhausted", op = "stream.read",
      message = ("a line is longer than %d bytes"):format(defaults.line_limit) }
end

local function read_line(buffer, more, keeps_end)
   while true do
      local size = buffer:line()
      if (size or buffer.size + 1) > defaults.line_limit + 1 then return too_long() end
      if size then
         local line = buffer:take(size)
         return keeps_end and line or line:sub(1, -2)
      end
      local ok, err = more()
      if err then return nil, err end
      if not ok then return buffer.size > 0 and buffer:take(buffer.size) or nil end
   end
end

local function read_bytes(buffer, more, count)
   while buffer.size < math.max(count, 1) do
      local ok, err = more()
      if err then return nil, err end
      if not ok then break end
   end
   if buffer.size == 0 then return nil end
   return buffer:take(count)
end

local function read_number(buffer, more)
   local is_whole = false
   while true do
      local text, from = buffer:text()
      local after, number = numeral.find(text, from, is_whole)
      if after then
         buffer:take(after - from)
         return number
      end
      local ok, err = more()
      if err then return nil, err end
      is_whole = not ok
   end
end

local READERS <const> = {
   l = function(buffer, more) return read_line(buffer, more, false) end,
   L = function(buffer, more) return read_line(buffer, more, true) end,
   a = read_all,
   n = read_number,
}

--- What reads `format`; raises where there is none such.
---@param format? string|integer
---@return fun(buffer: neap.Buffer, more: neap.More): string|number|nil, neap.Error?
function formats.reader(format)
   if format == nil then return read_chunk end
   if math.type(format) == "integer" and format >= 0 then
      return function(buffer, more) return read_bytes(buffer, more, format) end
   end
   local name = type(format) == "string" and format:match "^%*?([lLan])"
   if not name then
      error(("bad argument #1 to 'read' (invalid format %s)"):format(tostring(format)), 3)
   end
   return READERS[name]
end

return formats
