--- Forced deletion, as a ladder: KILL to all, the exit, the task, the record, what
--- is ours around it. What is gone already counts as done; what stays is named.

local bundles = require "neap.bundles"
local core = require "neap.core"
local defaults = require "neap.defaults"
local pipes = require "neap.pipes"

local removal = {}

local function is_gone(err)
   return err.code == "not_found"
end

--- The container's task, as far as it takes to know.
local function find_task(container)
   local task = core.container_task(container)
   if task or container.has_no_task then return task end
   local found, err = core.task_load(container)
   if found or is_gone(err) then return found end
   return nil, err
end

local function has_ended(process)
   return core.process_info(process).status == "stopped"
end

local function kill(process)
   if has_ended(process) then return true end
   local ok, err = core.process_kill(process, 9, core.is_task(process))
   if not ok and not is_gone(err) then return nil, err end
   local exit, unseen = core.process_wait(process, { timeout = defaults.delete.kill_timeout })
   if not exit and not is_gone(unseen) and unseen.code ~= "deadline_exceeded" then
      return nil, unseen
   end
   return true
end

--- Kill a task or exec and delete it.
---@param process neap.Process
---@return neap.Exit|true? exit
---@return neap.Error? err
function removal.process(process)
   return core.shield(function()
      local ok, unkilled = kill(process)
      if not ok then return nil, unkilled end
      local exit, err
      for _ = 1, defaults.delete.tries do
         exit, err = core.process_delete(process)
         if exit or is_gone(err) then
            pipes.remove(process)
            return exit or true
         end
      end
      return nil, err
   end)
end

--- Remove the bundle of a record that is gone.
function removal.bundle(container)
   local spec = container.spec
   return bundles.remove(
      core.container_client(container), container.id, container.labels, spec
   )
end

local function with_left(err, left)
   err.left = left
   return nil, err
end

local function remove_task(container)
   local task, unknown = find_task(container)
   if unknown then return nil, unknown end
   if not task then return true end
   return removal.process(task)
end

local function remove_record(container)
   local ok, err = core.container_delete(container)
   if ok or is_gone(err) then return true end
   return nil, err
end

--- Delete a container with all that is its.
---@param container neap.Container
---@return true? ok
---@return neap.Error? err  `err.left` names what stays
function removal.container(container)
   return core.shield(function()
      local id = container.id
      local ok, err = remove_task(container)
      if not ok then return with_left(err, { "task " .. id, "record " .. id }) end
      ok, err = remove_record(container)
      if not ok then return with_left(err, { "record " .. id }) end
      removal.bundle(container)
      return true
   end)
end

return removal
