--- The handles of tasks and execs. A task is the process that starts with its
--- container; what both can is the same function.

local core = require "neap.core"
local failure = require "neap.error"
local ids = require "neap.id"
local process = require "neap.process"
local talk = require "neap.talk"

require "neap.stream"
require "neap.tap"

---@class neap.Task: neap.Process
local Task = core.classes.task

---@class neap.Process
local Process = core.classes.process

for _, methods in ipairs { process.methods, talk.methods } do
   for name, method in pairs(methods) do
      Task[name], Process[name] = method, method
   end
end

--- Start a process more in the container.
---@param config neap.ExecConfig
---@return neap.Process? process
---@return neap.Error? err  `err.status` where it could not start
function Task:exec(config)
   local made, err = require "neap.exec".start(self, config)
   if made then return made end
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
   local container = core.process_container(self)
   if not checked then
      return nil, failure.new { code = "invalid_argument", op = "task.process", message = why,
         id = container.id }
   end
   local found, err = core.task_process(self, checked)
   if not found then
      err.op = "task.process"
      return nil, err
   end
   require("neap.orphans").claim(core.container_client(container), container.id, id)
   return found
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

local function show(self)
   local info = core.process_info(self)
   local state = info.gone and "deleted" or info.status
   local name = core.is_task(self) and "neap.task" or "neap.process"
   if info.pid ~= 0 then return ("%s %s (%s, pid %d)"):format(name, info.id, state, info.pid) end
   return ("%s %s (%s)"):format(name, info.id, state)
end

for class, methods in pairs { task = Task, process = Process } do
   core.metatable(class).__tostring = show
   core.set_fields(class, methods, values)
end

return Task
