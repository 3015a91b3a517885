--- A task whose record somebody deleted: it runs on, and containerd lists it, but
--- answers not_found to all that is asked of it until it has a record again.

local core = require "neap.core"

local orphan = {}

local function client_of(container)
   return core.container_client(container)
end

--- containerd did not find a process: was it for want of the record?
---@param process neap.Process
---@return boolean
function orphan.has_no_record(process)
   local container = core.process_container(process)
   local ok, err = core.container_refresh(container)
   return not ok and err.code == "not_found"
end

local function is_listed(container)
   local answer, err = client_of(container):call("containerd.services.tasks.v1.Tasks/List", {})
   if not answer then return nil, err end
   for _, task in ipairs(answer.tasks) do
      if task.id == container.id then return true end
   end
   return false
end

--- Give the task of a record that is gone its record again: as it was, another
--- object. nil where there is no such task, or another's container has the id.
---@param container neap.Container  gone
---@return neap.Container? again
---@return neap.Error? err
function orphan.adopt(container)
   if not container.gone then return nil end
   local listed, err = is_listed(container)
   if not listed then return nil, err end
   local again, refused = core.container_create(client_of(container), {
      id = container.id, image = container.image, labels = container.labels,
      runtime = container.runtime, runtime_options = container.runtime_options,
      snapshotter = container.snapshotter, snapshot_key = container.snapshot_key,
      spec = core.container_fields.spec_any(container),
   })
   if again then
      core.task_load(again) -- it has one, though it is new
      return again
   end
   if refused.code == "already_exists" then return nil end
   return nil, refused
end

return orphan
