--- Forced deletion, as a ladder: KILL to all, the exit, the task, the record, what
--- is ours around it. What is gone already counts as done; what stays is named.

local bundles = require "neap.bundles"
local core = require "neap.core"
local defaults = require "neap.defaults"
local killing = require "neap.killing"
local labels = require "neap.labels"
local outage = require "neap.outage"
local outline = require "neap.outline"
local unread = require "neap.unread"

local removal = {}

local function is_gone(err)
   return err.code == "not_found"
end

local remove

local function remove_orphan(process)
   local container, unknown = require "neap.orphan".adopt(core.process_container(process))
   if not container then
      if unknown then return nil, unknown end
      return true
   end
   local ok, err = remove(container)
   if not ok then return nil, err end
   return core.process_wait(process, { timeout = defaults.delete.kill_timeout }) or true
end

local function remove_process(process)
   local _held <close> = unread.hold(unread.list(core.process_container(process)))
   local ok, known = killing.kill(process)
   if not ok then return nil, known end
   local exit, err = false, nil
   if known then exit, err = killing.delete(process) end
   if exit ~= false then return exit, err end
   if not core.is_task(process) then return true end
   return remove_orphan(process)
end

--- Under a shield, and again where containerd went away meanwhile: each rung of the
--- ladder may be taken twice.
local function stubbornly(container, fn, subject, patience)
   local client = core.container_client(container)
   return core.shield(function()
      return outage.patiently(client, function() return fn(subject) end, patience)
   end)
end

--- Kill a task or exec and delete it.
---@param process neap.Process
---@return neap.Exit|true? exit
---@return neap.Error? err
function removal.process(process)
   return stubbornly(core.process_container(process), remove_process, process)
end

--- Was it made here? Of another's a shim may be left, of a start that was cut short.
local function is_ours(container) return core.state(container).is_ours end

--- What there is beside the bundle, where a label says so, and who removes it.
local BESIDE <const> = { { labels.log, "neap.logs.ending" },
   { labels.volumes, "neap.volume.wanted" }, { labels.overlay, "neap.overlay" } }

--- Remove the bundle of a record that is gone, and what else went with it.
function removal.bundle(container)
   for _, beside in ipairs(BESIDE) do
      if container.labels[beside[1]] then require(beside[2]).remove(container) end
   end
   return bundles.remove(
      core.container_client(container), container.id, container.labels, outline.of(container),
      is_ours(container)
   )
end

local function with_left(err, left)
   err.left = err.left or left
   return nil, err
end

--- The container's task, as far as it takes to know.
local function find_task(container)
   local task = core.container_task(container)
   if task or container.has_no_task then return task end
   local found, err = core.task_load(container)
   if found or is_gone(err) then return found end
   return nil, err
end

local function remove_task(container)
   local is_known = container.gone or container.has_no_task and is_ours(container)
   local task, unknown = find_task(container)
   if unknown then return nil, unknown end
   if task then return remove_process(task) end
   if is_known then return true end
   local _held <close> = unread.hold(unread.list(container))
   return require "neap.stray".finish(container)
end

--- The record. A task may be there by now: containerd finishes what it was asked by
--- somebody who is gone.
local function delete_record(container)
   local ok, err
   for _ = 1, defaults.delete.tries do
      ok, err = core.container_delete(container)
      if ok or err.code ~= "failed_precondition" then break end
      local removed, unremoved = remove_task(container)
      if not removed then return nil, unremoved end
   end
   return ok, err
end

--- The record; and where somebody deleted it, a task that it left behind.
local function remove_record(container, was_gone)
   local ok, err = delete_record(container)
   if ok or was_gone then return true end
   if not is_gone(err) then return nil, err end
   local again, unknown = require "neap.orphan".adopt(container)
   if again then return remove(again) end
   if unknown then return nil, unknown end
   return true
end

--- What there is of a container, for an error's `left`; `from` 2: the task is gone.
---@param container neap.Container
---@param from? integer
---@return string[]
function removal.names(container, from)
   local recorded = container.labels[labels.bundle]
   local is_there = recorded and core.fs.lstat(recorded)
   local all = {
      "task " .. container.id, "record " .. container.id, is_there and "bundle " .. recorded or nil,
   }
   return table.move(all, from or 1, #all, 1, {})
end

function remove(container)
   local was_gone = container.gone and container.has_no_task
   local ok, err = remove_task(container)
   if not ok then return with_left(err, removal.names(container)) end
   bundles.vacate(container, is_ours(container))
   ok, err = remove_record(container, was_gone)
   if not ok then return with_left(err, removal.names(container, 2)) end
   removal.bundle(container)
   return true
end

--- Delete a container with all that is its.
---@param container neap.Container
---@param patience? number  seconds to wait for a containerd that went away
---@return true? ok
---@return neap.Error? err  `err.left` names what stays
function removal.container(container, patience)
   return stubbornly(container, remove, container, patience)
end

return removal
