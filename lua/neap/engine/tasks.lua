--- What runs in an engine, in all its namespaces: asked before it is stopped.

local tasks = {}

---@class neap.engine.Task
---@field namespace string
---@field id string
---@field pid integer
---@field status string  as containerd spells it: "RUNNING"

local SERVICE <const> = "containerd.services.tasks.v1.Tasks/"

--- containerd's own answer when something is not, or no longer, there.
local function unless_gone(result, err)
   if result or err.code == "not_found" then return true end
   return nil, err
end

local function list_one(client, namespace, found)
   local reply, err = client:call(SERVICE .. "List", {})
   if not reply then return nil, err end
   for _, process in ipairs(reply.tasks or {}) do
      found[#found + 1] = {
         namespace = namespace, id = process.id, pid = process.pid, status = process.status,
      }
   end
   return true
end

--- Every task of every namespace, running or not.
---@param connect fun(namespace: string): table?, table?  a client
---@return neap.engine.Task[]? list
---@return table? err
function tasks.list(connect)
   local client <close>, err = connect "default"
   if not client then return nil, err end
   local reply
   reply, err = client:call("containerd.services.namespaces.v1.Namespaces/List", {})
   if not reply then return nil, err end

   local found = {}
   for _, namespace in ipairs(reply.namespaces or {}) do
      local one <close>, why = connect(namespace.name)
      local ok = one
      if ok then ok, why = list_one(one, namespace.name, found) end
      if not ok then return nil, why end
   end
   return found
end

--- Kill a task and delete it. One that is gone already is fine.
---@param connect fun(namespace: string): table?, table?
---@param task neap.engine.Task
---@param timeout number  seconds for it to end
---@return true? done
---@return table? err
function tasks.remove(connect, task, timeout)
   local client <close>, err = connect(task.namespace)
   if not client then return nil, err end
   local function call(method, request)
      return unless_gone(client:call(SERVICE .. method, request))
   end

   if task.status ~= "STOPPED" then
      local ok, why = call("Kill", { container_id = task.id, signal = 9, all = true })
      if not ok then return nil, why end
      -- A frozen process dies when it thaws.
      if task.status == "PAUSED" then call("Resume", { container_id = task.id }) end
      ok, why = require "neap".timeout(timeout, call, "Wait", { container_id = task.id })
      if not ok then return nil, why end
   end
   return call("Delete", { container_id = task.id })
end

return tasks
