--- client:run: a container from creation to removal, and what came of it.

local core = require "neap.core"
local failure = require "neap.error"
local outage = require "neap.outage"
local records = require "neap.records"
local removal = require "neap.removal"
local start = require "neap.start"

---@class neap.Result
---@field id string
---@field code integer
---@field signal? integer
---@field time? number     when it ended, seconds since 1970
---@field duration number  seconds
---@field stdout? string   of streams that went nowhere else
---@field stderr? string
---@field truncated? string

local function captured(task, name)
   local stream = core.state(task)[name]
   if not stream then return nil end
   return core.stream_captured(stream)
end

local function result_of(container, task, io, exit, began)
   local result = {
      id = container.id, code = exit.code, signal = exit.signal, time = exit.time,
      lost = exit.lost, truncated = exit.truncated, duration = core.now() - began,
   }
   for _, name in ipairs { "stdout", "stderr" } do
      if io[name].kind == "capture" then result[name] = captured(task, name) end
   end
   return result
end

--- Too late: kill it, and tell with the error what there was so far.
local function expire(container, task, io, began, timeout)
   local exit, undead = task:stop { timeout = 0.001, signal = "KILL" }
   local err = failure.new {
      code = "deadline_exceeded", op = "client.run", id = container.id,
      message = ("not done within %g s, and killed"):format(timeout),
   }
   if exit then err.result = result_of(container, task, io, exit, began) end
   if undead then err.left = undead.left end
   return nil, err
end

local function attend(container, task, config, began)
   local exit, err = task:wait(config.timeout and { timeout = config.timeout } or nil)
   if exit then return result_of(container, task, config.io, exit, began) end
   if err.code == "deadline_exceeded" and config.timeout then
      return expire(container, task, config.io, began, config.timeout)
   end
   return nil, err
end

local function go(container, config)
   local began = core.now()
   local task, unstarted = start.checked(container, config.io)
   if not task then return nil, unstarted end
   return attend(container, task, config, began)
end

--- The client was closed: tasks and records stay.
local function leave(container, result, err)
   err = err or outage.closed "client.run"
   err.result, err.left = err.result or result, removal.names(container)
   return nil, err
end

--- Remove everything, whatever came before; what stays is in the error. Where
--- something does already, containerd was waited for in vain.
local function finish(client, container, result, err)
   if client:is_closed() then return leave(container, result, err) end
   local ok, undone = removal.container(container, err and err.left and 0 or nil)
   if ok and err then err.left = nil end
   local is_gone = ok or err == nil and undone.code == "not_found"
   if is_gone and result then return result end
   if is_gone then return nil, err end
   if err then
      err.left = undone.left or err.left
      return nil, err
   end
   undone.result = result
   return nil, undone
end

--- Run a checked config.
---@param client neap.Client
---@param config table  from neap.config.run
---@return neap.Result? result
---@return neap.Error? err
return function(client, config)
   local container, uncreated = records.create(client, config)
   if not container then
      uncreated.op = "client.run"
      return nil, uncreated
   end
   local is_done = false
   local _removal <close> = setmetatable({}, {
      __close = function() -- cancelled, or raised
         if not is_done and not client:is_closed() then container:delete { force = true } end
      end,
   })
   local result, err = go(container, config)
   is_done = true
   return finish(client, container, result, err)
end
