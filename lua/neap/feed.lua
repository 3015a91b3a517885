--- Feeding a process: what a source gives goes to standard input, then its end, once.

local core = require "neap.core"
local failure = require "neap.error"

local feed = {}

--- The next bytes of a source; nil at its end. What it answers as an error it raises.
local function next_of(fn)
   local bytes, err = fn()
   if bytes == nil and err ~= nil then error(err, 0) end
   if bytes == nil or type(bytes) == "string" or type(bytes) == "number" then return bytes end
   error(failure.new { code = "invalid_argument", op = "stream.write",
      message = ("the source of standard input gave a %s (string expected, nil at the end)")
         :format(type(bytes)) }, 0)
end

local NOBODY <const> = { failed_precondition = true, cancelled = true, not_found = true }

--- Does an error say that nobody reads on? The process has ended, or has closed its
--- input, or its client was closed.
---@param err neap.Error
---@return boolean
function feed.is_over(err) return NOBODY[err.code] or false end

local function pump(fn, stream)
   for bytes in next_of, fn do
      local ok, err = true, nil
      if bytes ~= "" then ok, err = core.stream_write(stream, bytes) end
      if not ok then
         if feed.is_over(err) then return end
         error(err, 0)
      end
   end
end

--- A pump of a source. It ends the input, whatever the source does.
---@param fn async fun(): string|number|nil, any  bytes; nil at the end; nil and an error
---@param failed fun(err: any)  told what it raises
---@return fun(stream: neap.Stream)
function feed.pump(fn, failed)
   return function(stream)
      local _end <close> = setmetatable({}, { __close = function() stream:close() end })
      local ok, err = pcall(pump, fn, stream)
      if not ok and not core.cancelled() then failed(err) end
   end
end

--- A source that waits is not to wait for a process that has ended.
---@param process neap.Process
---@param pumping neap.Fiber
function feed.ends_with(process, pumping)
   core.daemon(function()
      core.process_wait(process)
      pumping:cancel()
   end)
end

return feed
