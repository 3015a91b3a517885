--- What a container's handle can do, and the fields that it has.

local core = require "neap.core"
local failure = require "neap.error"
local fields = require "neap.fields"
local json = core.json
local labels = require "neap.labels"
local removal = require "neap.removal"
local since = require "neap.since"

require "neap.task"

---@class neap.Container
local Container = core.classes.container

--- Read the record anew.
---@return true? ok
---@return neap.Error? err
function Container:refresh() return core.container_refresh(self) end

--- Merge labels into the record's; `false` removes one.
---@param changes { labels: table<string, string|false> }
---@return true? ok
---@return neap.Error? err
function Container:update(changes)
   if type(changes) ~= "table" then
      error(("bad argument #1 to 'update' (table expected, got %s)"):format(type(changes)), 2)
   end
   local function refuse(why)
      return nil, failure.new {
         code = "invalid_argument", op = "container.update", id = self.id, message = why,
      }
   end
   for name in pairs(changes) do
      if name ~= "labels" then
         return refuse(("%s: unknown field (labels)"):format(tostring(name)))
      end
   end
   local checked, why = labels.of_record(changes.labels or {}, true)
   if not checked then return refuse("labels: " .. why) end
   if next(checked) == nil then return true end
   return core.container_update(self, checked)
end

--- Create the container's task and start it.
---@param io? neap.StartIo
---@return neap.Task? task
---@return neap.Error? err  `err.status` where the process could not start
function Container:start(io) return require "neap.start".task(self, io) end

--- The task this client knows of; one that others deleted has a handle, no more.
local function known_task(container)
   return not container.has_no_task and core.container_task(container) or nil
end

--- The task that containerd holds, running or stopped.
---@return neap.Task? task
---@return neap.Error? err  `not_found`
function Container:task()
   local task = known_task(self)
   if task then return task end
   local loaded, err = core.task_load(self)
   if not loaded then return nil, err end
   core.state(self).task = loaded
   return loaded
end

--- Delete the record and the bundle.
---@param options? { force: boolean? }
---@return true? ok
---@return neap.Error? err  `failed_precondition` while a task is there; `err.left`
function Container:delete(options)
   local given, unknown = fields.options("delete", 1, options, { force = "boolean" })
   if not given then
      return nil, failure.new {
         code = "invalid_argument", op = "container.delete", id = self.id, message = unknown,
      }
   end
   if given.force then return removal.container(self) end
   local ok, err = core.container_delete(self)
   if not ok then return nil, err end
   removal.bundle(self)
   return true
end

--- Stop the container's task.
---@param options? { timeout: number?, signal: string|integer? }
---@return neap.Exit? exit
---@return neap.Error? err
function Container:stop(options)
   local task, err = self:task()
   if not task then return nil, err end
   return task:stop(options)
end

--- Read its log: an iterator over entries.
---@param options? neap.LogOptions
---@return neap.Logs? logs
---@return neap.Error? err
function Container:logs(options) return require "neap.logs"(self, options) end

--- Tell who set each field of its spec, or those at one path.
---@param path? string  "mounts[/data]", "process.env[PATH]", "process.capabilities"
---@return neap.spec.Origin[]? rows
---@return neap.Error? err  `not_found`
function Container:explain(path)
   if path ~= nil and type(path) ~= "string" then
      error(("bad argument #1 to 'explain' (string expected, got %s)"):format(type(path)), 2)
   end
   return require("neap.explain").rows(self, path)
end

local values = {}

--- The spec as a table; one of its own for each look.
function values.spec(container)
   local any = core.container_fields.spec_any(container)
   if not any then return nil end
   local ok, spec = pcall(json.decode, any.value)
   return ok and spec or nil
end

--- What this client knows of the task; nil: nothing, for nobody asked.
local function known_status(container)
   local task = known_task(container)
   if task then return core.process_info(task).status end
   return (container.gone or container.has_no_task) and "none" or nil
end

--- The task's; "none" without one. Whether there is one is asked at most once.
function values.status(container)
   local status = known_status(container)
   if status then return status end
   local task, err = container:task()
   if task then return core.process_info(task).status end
   return err.code == "not_found" and "none" or "unknown"
end

local metatable = core.metatable "container"

for name, read in pairs(core.container_fields) do values[name] = read end
core.set_fields("container", Container, values)

metatable.__tostring = function(container)
   local state = container.gone and "deleted" or known_status(container) or "not asked"
   return ("neap.container %s (%s, %s)"):format(
      container.id, state, since.text(os.time() - container.created_at)
   )
end

return Container
