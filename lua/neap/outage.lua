--- When containerd goes away in the middle of something: what was begun is taken
--- back once it answers again, for as long as a change waits for that.

local core = require "neap.core"
local defaults = require "neap.defaults"

local outage = {}

local function is_done(err)
   return err == nil or err.code == "not_found"
end

--- One call, tried until containerd answers or the time is over.
local function try(client, step, deadline)
   local delay = defaults.reconnect.first
   while true do
      local answer, err = client:call(step[2], step[3])
      if answer or is_done(err) then return true end
      if err.code ~= "unavailable" or core.now() + delay > deadline then return false, err end
      core.sleep(delay)
      delay = math.min(delay * defaults.reconnect.factor, defaults.reconnect.max)
   end
end

--- Send each { name, method, request, what } in turn.
---@param client neap.Client
---@param steps table[]
---@return string[]? left  what could not be removed; nil: nothing is left
function outage.clean(client, steps)
   local deadline = core.now() + defaults.outage
   local left
   for _, step in ipairs(steps) do
      local ok, err = try(client, step, deadline)
      if not ok then
         left = left or {}
         left[#left + 1] = ("%s (%s)"):format(step[4], err.code)
      end
   end
   return left
end

return outage
