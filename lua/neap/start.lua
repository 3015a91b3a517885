--- Starting a task in a container.

local core = require "neap.core"
local defaults = require "neap.defaults"
local failure = require "neap.error"
local fs = core.fs
local handle = require "neap.handle"
local joined = require "neap.joined"
local labels = require "neap.labels"
local logging = require "neap.logs.logging"
local obstacle = require "neap.obstacle"
local outline = require "neap.outline"
local overlay = require "neap.overlay"
local refusal = require "neap.refusal"
local stdio = require "neap.stdio"
local undo = require "neap.undo"
local wiring = require "neap.wiring"

local start = {}

local function has_terminal(spec)
   return spec.process and spec.process.terminal or false
end

local function refuse(container, op, message)
   return nil, failure.new { code = "failed_precondition", op = op, id = container.id,
      message = message }
end

--- Start it, or leave nothing of it; where an earlier one is in the way, again when
--- that had time to end.
local function try(container, config)
   local client, left = core.container_client(container), defaults.start.tries
   while true do
      local had_none = container.has_no_task
      local task, err = core.task_start(container, config)
      if task then return task end
      undo.task(container, config.io, had_none, err)
      left = left - 1
      if left == 0 or not obstacle.passes(container, err) then return nil, err end
      core.sleep(defaults.start.pause)
      if core.cancelled() or client:is_closed() then return nil, err end
   end
end

--- From the record, which remembers what create was told.
local function task_of(container, io, spec, checkpoint)
   local keeper, failed = handle.keeper()
   local rootfs, unmade, is_new = overlay.mounts(container, spec)
   if unmade then return nil, unmade end
   local config, pumps = wiring.connect(container, spec, io, nil, failed)
   if not config then return nil, pumps end
   local logged, unlogged = logging.begin(container, config, io)
   if not logged then return nil, unlogged end
   local _held <close> = logged
   local task, err = try(container, {
      io = config, options = wiring.options(container, spec), checkpoint = checkpoint,
      rootfs = rootfs,
   })
   if task then
      core.state(container).task = task -- a handle that nobody keeps still owns pipes
      handle.settle(task, io, pumps, keeper)
      logging.show(task, logged, failed)
      return task
   end
   if not err.left then
      logging.undo(logged)
      if is_new then overlay.remove(container) end
   end
   err.op = "container.start"
   return nil, refusal.explain(err)
end

--- Start a container's task on streams that were checked. All or nothing.
---@param container neap.Container
---@param io neap.Stdio
---@param checkpoint? { media_type: string, digest: string, size: integer }
---@return neap.Task? task
---@return neap.Error? err
function start.checked(container, io, checkpoint)
   local spec = outline.of(container)
   local unfit = not spec and "the record's spec is not JSON" or joined.ended(container, spec)
   if unfit then return refuse(container, "container.start", unfit) end
   io.terminal = has_terminal(spec)
   return undo.unless_wanted(function() return task_of(container, io, spec, checkpoint) end)
end

--- Start a container's task.
---@param container neap.Container
---@param given? neap.StartIo
---@return neap.Task? task
---@return neap.Error? err
function start.task(container, given)
   local spec = not container.gone and outline.of(container) or nil
   local io, wrong = stdio.normalize(given, {
      op = "container.start", cwd = fs.cwd(), fs = fs,
      terminal = spec and has_terminal(spec), known = { checkpoint = true },
      log = container.labels[labels.log] ~= nil,
   })
   if not io then return nil, wrong end
   if container.gone then
      return nil, failure.new { code = "not_found", op = "container.start", id = container.id,
         message = ("container %q was deleted"):format(container.id) }
   end
   local is_fresh = not (given and given.checkpoint)
   if is_fresh or core.container_task(container) then return start.checked(container, io) end
   local checkpoint = require "neap.checkpoint"
   local members, missing = checkpoint.check(given.checkpoint, container.id)
   if not members then return nil, missing end
   return checkpoint.use(core.container_client(container), members, function(descriptor)
      return start.checked(container, io, descriptor)
   end)
end

return start
