--- What tasks and execs can do. A task is the process that starts with its
--- container; what both can is the same function.

local core = require "neap.core"
local defaults = require "neap.defaults"
local escape = require "neap.escape"
local failure = require "neap.error"
local fields = require "neap.fields"
local ids = require "neap.id"
local labels = require "neap.labels"
local pipes = require "neap.pipes"
local removal = require "neap.removal"
local signals = require "neap.signal"
local talk = require "neap.talk"

require "neap.stream"
require "neap.tap"

---@class neap.Task: neap.Process
local Task = core.classes.task

---@class neap.Process
local Process = core.classes.process

local both = {}

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
function both:wait(options)
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
function both:kill(signal, options)
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
function both:stop(options) return require "neap.stop"(self, options) end

--- Delete what containerd keeps of it once it has ended.
---@param options? { force: boolean? }
---@return neap.Exit|true|nil exit  true: an exec that never ran
---@return neap.Error? err  `failed_precondition` while it runs
function both:delete(options)
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
function both:resize(width, height)
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
function both:attach(io) return require "neap.attach"(self, io) end

for _, methods in ipairs { both, talk.methods } do
   for name, method in pairs(methods) do
      Task[name], Process[name] = method, method
   end
end

--- Start a process more in the container.
---@param config neap.ExecConfig
---@return neap.Process? process
---@return neap.Error? err  `err.status` where it could not start
function Task:exec(config)
   local process, err = require "neap.start".exec(self, config)
   if process then return process end
   err.id = err.id or core.process_container(self).id
   return nil, err
end

--- Find an exec that is there.
---@param id string
---@return neap.Process? process
---@return neap.Error? err
function Task:process(id)
   if type(id) ~= "string" then
      error(("bad argument #1 to 'process' (string expected, got %s)"):format(type(id)), 2)
   end
   local checked, why = ids.parse(id)
   if not checked then return refuse(self, "task.process", why) end
   local process, err = core.task_process(self, checked)
   if not process then err.op = "task.process" end
   if process then
      local container = core.process_container(self)
      require("neap.orphans").claim(core.container_client(container), container.id, id)
   end
   return process, err
end

--- Write the task's state to a new directory, from which another can start.
---@param directory string
---@param options? { exit: boolean? }  end it by that
---@return true? ok
---@return neap.Error? err
function Task:checkpoint(directory, options)
   return require "neap.checkpoint".save(self, directory, options)
end

for _, name in ipairs { "pids", "processes", "summary", "stats", "update" } do
   Task[name] = function(...) return require "neap.inspect"[name](...) end
end

--- --- fields ----------------------------------------------------------------

local values = {
   id = core.process_id,
   pid = core.process_pid,
   stdin = function(p) return core.state(p).stdin end,
   stdout = function(p) return core.state(p).stdout end,
   stderr = function(p) return core.state(p).stderr end,
   container = core.process_container,
}

local function show(process)
   local info = core.process_info(process)
   local state = info.gone and "deleted" or info.status
   local name = core.is_task(process) and "neap.task" or "neap.process"
   if info.pid ~= 0 then return ("%s %s (%s, pid %d)"):format(name, info.id, state, info.pid) end
   return ("%s %s (%s)"):format(name, info.id, state)
end

for class, methods in pairs { task = Task, process = Process } do
   local metatable = core.metatable(class)
   metatable.__index = function(process, name)
      local method = methods[name]
      if method ~= nil then return method end
      local field = values[name]
      return field and field(process) or nil
   end
   metatable.__tostring = show
end

return Task
