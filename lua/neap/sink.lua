--- Sinks: consumers of output that keep something between two chunks.
--
-- A sink is an object with write(bytes) and finish(). Whoever pumps a stream into
-- it calls these in a fiber; what they raise, or answer as nil and an error, ends
-- the pumping. One sink serves one start at a time.

local defaults = require "neap.defaults"
local file = require "neap.sink.file"
local policy = require "neap.sink.policy"
local values = require "neap.config.values"

local sink = {}

---@class neap.Sink
---@field write fun(self: neap.Sink, bytes: string): true?, neap.Error?
---@field finish fun(self: neap.Sink): true?, neap.Error?

local sink_mt = { __name = "neap.sink" }
sink_mt.__index = sink_mt

local function make(object)
   return setmetatable(object, sink_mt)
end

--- Is this one of ours?
---@param value any
---@return boolean
function sink.is_sink(value)
   return type(value) == "table" and getmetatable(value) == sink_mt
end

--- The path of a file sink, as its user gave it; nil for other sinks.
---@param value neap.Sink
---@return string? path
---@return boolean? is_plain  no more than appending to it is asked for
function sink.file_path(value)
   local path = rawget(value, "path")
   return path, path and value.append and not value.max_size
end

--- Cut bytes into lines. A line longer than `limit` comes in pieces.
local function splitter(limit, emit)
   local parts, size = {}, 0

   local function flush()
      local line = table.concat(parts)
      parts, size = {}, 0
      emit(line)
   end

   local function add(text)
      while size + #text > limit do
         local fits = limit - size
         parts[#parts + 1] = text:sub(1, fits)
         text = text:sub(fits + 1)
         flush()
      end
      if text ~= "" then
         parts[#parts + 1], size = text, size + #text
      end
   end

   local function write(bytes)
      local from = 1
      while true do
         local at = bytes:find("\n", from, true)
         add(bytes:sub(from, at and at - 1))
         if not at then return end
         flush()
         from = at + 1
      end
   end

   return write, function() if size > 0 then flush() end end
end

--- Call `fn(line)` for each line, without its end; the last may lack one.
---@param fn fun(line: string)  may wait
---@return neap.Sink
function sink.lines(fn)
   if type(fn) ~= "function" then
      error(("bad argument #1 to 'lines' (function expected, got %s)"):format(type(fn)), 2)
   end
   local write, finish = splitter(defaults.line_limit, fn)
   return make {
      write = function(_, bytes) write(bytes) return true end,
      finish = function() finish() return true end,
   }
end

--- Keep the last `count` lines: `list()` gives them, `text()` as one string.
---@param count integer
---@return neap.Sink
function sink.tail(count)
   if math.type(count) ~= "integer" or count < 1 then
      error("bad argument #1 to 'tail' (a whole number, 1 or more, expected)", 2)
   end

   local kept, first, last = {}, 1, 0
   local write, finish = splitter(defaults.line_limit, function(line)
      last = last + 1
      kept[last] = line
      if last - first >= count then
         kept[first] = nil
         first = first + 1
      end
   end)

   local function list() return table.move(kept, first, last, 1, {}) end
   return make {
      write = function(_, bytes) write(bytes) return true end,
      finish = function() finish() return true end,
      list = list,
      text = function() return table.concat(list(), "\n") end,
   }
end

---@class neap.sink.FileOptions
---@field append? boolean   default true; false: begin with an empty file
---@field max_size? integer|string  then `path` becomes `path.1` and a new one begins

--- Write to a file, made 0600. It is opened when the process starts.
---@param path string
---@param options? neap.sink.FileOptions
---@return neap.Sink
function sink.file(path, options)
   if type(path) ~= "string" then
      error(("bad argument #1 to 'file' (string expected, got %s)"):format(type(path)), 2)
   end
   values.expect_table(options, 2, "file", true)
   local object, why = file.new(path, options or {})
   if not object then error(why, 2) end
   return make(object)
end

--- A consumer of output with a policy of its own for what it has not taken yet.
local function with_policy(kind, consumer, options)
   if consumer == nil then
      error(("bad argument #1 to '%s' (a consumer of output expected, got nil)"):format(kind), 2)
   end
   if sink.is_sink(consumer) and consumer.how then
      error(("bad argument #1 to '%s' (it has a policy already)"):format(kind), 2)
   end
   values.expect_table(options, 2, kind, true)
   local how, why = policy.parse(kind, options or {})
   if not how then error(("sink.%s: %s"):format(kind, why), 2) end

   local streams = {}
   return make {
      how = how, consumer = consumer,
      begin = function() streams = {} end,
      watch = function(_, stream) streams[#streams + 1] = stream end,
      dropped = function()
         local sum = 0
         for _, stream in ipairs(streams) do sum = sum + stream:dropped() end
         return sum
      end,
   }
end

---@class neap.sink.WithPolicy: neap.Sink
---@field dropped fun(self): integer  bytes of its last start that were let go

--- Let the process wait while the consumer has `buffer` bytes to take; so does every
--- consumer beside it. That is what one does anyway, with as little as can be.
---@param consumer any  what an output takes
---@param options? neap.sink.PolicyOptions
---@return neap.sink.WithPolicy
function sink.block(consumer, options)
   return with_policy("block", consumer, options)
end

--- Let the oldest bytes go where the consumer takes too little; `dropped()` counts.
---@param consumer any
---@param options? neap.sink.PolicyOptions
---@return neap.sink.WithPolicy
function sink.drop(consumer, options)
   return with_policy("drop", consumer, options)
end

--- Keep what the consumer has not taken in a file without a name; full, it blocks.
---@param consumer any
---@param options? neap.sink.PolicyOptions
---@return neap.sink.WithPolicy
function sink.spill(consumer, options)
   return with_policy("spill", consumer, options)
end

return sink
