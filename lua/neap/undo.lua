--- Taking back a start that was cut short: containerd went away, or would not
--- delete what could not start. What stays is in the error's `left`.

local core = require "neap.core"
local outage = require "neap.outage"
local removal = require "neap.removal"
local stdio = require "neap.stdio"

local undo = {}

--- Is it of this start? Names of pipes are of one start only.
local function is_of(process, config)
   local info = core.process_info(process)
   for name in pairs(stdio.fields) do
      if config[name].path and config[name].path == info[name] then return true end
   end
   return false
end

--- Was it made, and is it the starting that failed?
local function was_made(err)
   return err.op == "task.start" or err.op == "process.start"
end

--- Find, patiently, what there is.
local function find(client, load, ...)
   local args = table.pack(...)
   return outage.patiently(client, function() return load(table.unpack(args, 1, args.n)) end)
end

local function report(err, undone, what)
   if undone.code ~= "not_found" then err.left = undone.left or { what } end
end

--- Leave nothing of a task that could not start.
---@param container neap.Container
---@param config table  its streams, as the core takes them
---@param had_none boolean  was there certainly no task before?
---@param err neap.Error  why
function undo.task(container, config, had_none, err)
   local may_be = outage.is_open(err) or was_made(err) and not container.has_no_task
   local client = core.container_client(container)
   if client:is_closed() then err.left = { "task " .. container.id } end
   if client:is_closed() or not may_be then return end

   local task, unknown = find(client, core.task_load, container)
   local ok, undone = false, unknown
   if task then
      if not had_none and not is_of(task, config) then return end
      ok, undone = removal.process(task)
   elseif unknown.code == "not_found" then
      ok, undone = find(client, require "neap.stray".finish, container)
   end
   if not ok then report(err, undone, "task " .. container.id) end
end

--- Leave nothing of an exec that could not start.
---@param task neap.Task
---@param id string
---@param config table  its streams, as the core takes them
---@param is_new boolean  is the id certainly this exec's alone?
---@param err neap.Error  why
function undo.exec(task, id, config, is_new, err)
   local client = core.container_client(core.process_container(task))
   if client:is_closed() then err.left = { "exec " .. id } end
   local may_be = outage.is_open(err) or was_made(err) and err.code == "unavailable"
   if client:is_closed() or not may_be then return end

   local process, unknown = find(client, core.task_process, task, id)
   local ok, undone = false, unknown
   if process then
      if not is_new and not is_of(process, config) then return end
      ok, undone = removal.process(process)
   end
   if not ok then report(err, undone, "exec " .. id) end
end

--- Make something, all or nothing: who is cancelled meanwhile leaves nothing.
---@generic T
---@param make fun(): T?, neap.Error?  what it makes can be deleted
---@return T? made
---@return neap.Error? err
function undo.unless_wanted(make)
   local made, err = core.shield(function()
      local made, refused = make()
      if made and core.cancelled() then made:delete { force = true } end
      return made, refused
   end)
   if core.cancelled() then core.sleep(0) end -- raises
   if not made then return nil, err end
   return made
end

return undo
