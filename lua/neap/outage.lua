--- When containerd goes away in the middle of something: what was begun is taken
--- back once it answers again, for as long as a change waits for that.

local core = require "neap.core"
local defaults = require "neap.defaults"
local failure = require "neap.error"

local outage = {}

--- May something have come of a change that failed so? Of a call that never left
--- nothing has.
---@param err neap.Error
---@return boolean
function outage.is_open(err)
   return err.pending ~= nil or err.code == "unavailable" and err.errno ~= "ECONNREFUSED"
end

--- What a call answers whose client was closed meanwhile: it stays as it is.
---@param op string
---@return neap.Error
function outage.closed(op)
   return failure.new { code = "cancelled", op = op, message = "the client was closed" }
end

--- Call `fn` until containerd answers, or the time is over.
---@generic T
---@param client neap.Client
---@param fn fun(): T?, neap.Error?
---@param seconds? number  how long to wait for it
---@return T? answer
---@return neap.Error? err
function outage.patiently(client, fn, seconds)
   local deadline = core.now() + (seconds or defaults.outage)
   local delay = defaults.reconnect.first
   while true do
      local answer, err = fn()
      local left = deadline - core.now()
      if answer then return answer end
      if not err or err.code ~= "unavailable" or left <= 0 then return answer, err end
      core.sleep(math.min(delay, left))
      delay = math.min(delay * defaults.reconnect.factor, defaults.reconnect.max)
      if client:is_closed() then return nil, outage.closed(err.op) end
   end
end

return outage
