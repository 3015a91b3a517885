--- The end of a logged task: its log is complete when the logger has let go.

local core = require "neap.core"
local defaults = require "neap.defaults"
local labels = require "neap.labels"
local logger = require "neap.logs.logger"

local ending = {}

--- Wait for it as for output: as long as `drain`, and no longer than the caller does.
---@param task neap.Task
---@param exit neap.Exit
---@param options? { timeout: number? }
function ending.await(task, exit, options)
   local container = core.process_container(task)
   if container.labels[labels.log] == nil or exit.truncated then return end
   local seconds = core.state(task).drain or defaults.drain
   if type(options) == "table" and type(options.timeout) == "number" then
      seconds = math.min(seconds, options.timeout)
   end
   local began, watching = core.now(), core.state(task).watching
   local shown = not watching or core.settled(watching, { timeout = math.max(seconds, 0.001) })
   local left = seconds - (core.now() - began)
   if not shown or not logger.settle(container, left) then exit.truncated = "drain" end
end

return ending
