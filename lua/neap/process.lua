--- What tasks and execs can both do, whatever they run.

local core = require "neap.core"
local defaults = require "neap.defaults"
local escape = require "neap.escape"
local failure = require "neap.error"
local fields = require "neap.fields"
local labels = require "neap.labels"
local pipes = require "neap.pipes"
local removal = require "neap.removal"
local signals = require "neap.signal"

---@class neap.Process
local Process = {}

local WAIT <const> = { timeout = true }
local KILL <const> = { all = "boolean" }
local DELETE <const> = { force = "boolean" }

local function refuse(process, op, why)
   return nil, failure.new {
      code = "invalid_argument", op = op, message = why,
      id = core.process_container(process).id,
   }
end

--- Wait for the exit, and until the output is through.
---@param options? { timeout: number? }
---@return neap.Exit? exit
---@return neap.Error? err  `deadline_exceeded`, `not_found`
function Process:wait(options)
   local given, unknown = fields.options("wait", 1, options, WAIT)
   if not given then return refuse(self, "process.wait", unknown) end
   fields.timeout("wait", 1, given)
   local exit, err = core.process_wait(self, given)
   if not exit then
      err.id = err.id or core.process_container(self).id
      return nil, err
   end
   if core.is_task(self) and core.process_container(self).labels[labels.log] then
      require("neap.logs.ending").await(self, exit, options)
   end
   local failed = core.state(self).failure
   if failed then return nil, failed end
   return exit
end

--- Send a signal.
---@param signal? string|integer  default "TERM"
---@param options? { all: boolean? }
---@return true? ok
---@return neap.Error? err  `not_found` once it has ended
function Process:kill(signal, options)
   local number, why = signals.parse(signal == nil and defaults.stop_signal or signal)
   if not number then return refuse(self, "process.kill", why) end
   local given, unknown = fields.options("kill", 2, options, KILL)
   if not given then return refuse(self, "process.kill", unknown) end
   return core.process_kill(self, number, given.all or false)
end

--- Ask it to end; after the time, KILL to all. What is not said here, its record
--- says: the stop signal and the stop timeout that it was made with.
---@param options? { timeout: number?, signal: string|integer? }
---@return neap.Exit? exit
---@return neap.Error? err
function Process:stop(options) return require "neap.stop"(self, options) end

--- Delete what containerd keeps of it once it has ended.
---@param options? { force: boolean? }
---@return neap.Exit|true|nil exit  true: an exec that never ran
---@return neap.Error? err  `failed_precondition` while it runs
function Process:delete(options)
   local given, unknown = fields.options("delete", 1, options, DELETE)
   if not given then return refuse(self, "process.delete", unknown) end
   if given.force then return removal.process(self) end
   local exit, err = core.process_delete(self)
   if not exit then return nil, err end
   pipes.remove(self)
   return exit
end

--- Set the size of its terminal.
---@param width integer
---@param height integer
---@return true? ok
---@return neap.Error? err
function Process:resize(width, height)
   for i, name in ipairs { "width", "height" } do
      local value = select(i, width, height)
      if value == nil then
         error(("bad argument #%d to 'resize' (number expected, got no value)"):format(i), 2)
      end
      local is_size = math.type(value) == "integer" and value > 0 and value <= 65535
      if not is_size then
         return refuse(self, "process.resize",
            ("%s: %s is not a number of cells (1 to 65535)"):format(name, escape.show(value)))
      end
   end
   return core.process_resize(self, width, height)
end

--- Connect to its streams, made by an earlier client.
---@param io table
---@return true? ok
---@return neap.Error? err
function Process:attach(io) return require "neap.attach"(self, io) end

return { methods = Process }
