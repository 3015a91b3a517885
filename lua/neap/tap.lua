--- Taps: consumers of a running process's output that come and go.

local core = require "neap.core"
local escape = require "neap.escape"
local failure = require "neap.error"
local fs = core.fs
local values = require "neap.config.values"

---@class neap.Stream
local Stream = core.classes.stream

local KINDS <const> = { block = true, drop = true, spill = true }
local ALLOWED <const> = 'policy: %s is not "block", "drop" or "spill"'

---@class neap.TapOptions: neap.sink.PolicyOptions
---@field policy? "block"|"drop"|"spill"  default "block"

local function read_options(options)
   local rest, kind = {}, options.policy or "block"
   if not KINDS[kind] then
      return nil, ALLOWED:format(escape.show(kind))
   end
   for name, value in pairs(options) do
      if name ~= "policy" then rest[name] = value end
   end
   local policy = require "neap.sink.policy"
   local how, why = policy.parse(kind, rest)
   if not how then return nil, why end
   return policy.place(how, fs.cwd(), fs)
end

--- A stream of its own of what this output gives from now on, to read as this one.
--- Closing it leaves this and other taps. One that blocks and is not read holds the
--- process up.
---@param options? neap.TapOptions
---@return neap.Stream? tap
---@return neap.Error? err
function Stream:tap(options)
   if not self:is_output() then error("bad argument #1 to 'tap' (output expected)", 2) end
   values.expect_table(options, 1, "tap", true)
   local how, why = read_options(options or {})
   if not how then
      return nil, failure.new { code = "invalid_argument", op = "stream.tap", message = why,
         id = core.stream_id(self) }
   end
   return core.stream_tap(self, {
      policy = how.policy, buffer = how.buffer,
      spill_dir = how.spill_dir, spill_limit = how.spill_limit,
   })
end

--- How many bytes a policy of "drop" has let go.
---@return integer
function Stream:dropped()
   return core.stream_dropped(self)
end

return Stream
