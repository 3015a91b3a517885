--- Starting one process more in a task's container.

local bundles = require "neap.bundles"
local configs = require "neap.config"
local core = require "neap.core"
local failure = require "neap.error"
local fs = core.fs
local handle = require "neap.handle"
local inside = require "neap.inside"
local machine = require "neap.machine"
local outline = require "neap.outline"
local policies = require "neap.policies"
local refusal = require "neap.refusal"
local request = require "neap.request"
local specs = require "neap.spec"
local turn = require "neap.turn"
local undo = require "neap.undo"
local wiring = require "neap.wiring"

local exec = {}

local function refuse(container, message)
   return nil, failure.new { code = "failed_precondition", op = "task.exec", id = container.id,
      message = message }
end

local function exec_of(task, container, config, any, is_new)
   local keeper, failed = handle.keeper()
   local io, pumps = wiring.connect(
      container, outline.of(container), config.io, config.id, failed
   )
   if not io then return nil, pumps end
   local made, err = core.task_exec(task, { id = config.id, io = io, spec = any })
   if made then return handle.settle(made, config.io, pumps, keeper) end
   undo.exec(task, config.id, io, is_new, err)
   err.op = "task.exec"
   bundles.release(container)
   return nil, refusal.explain(err)
end

--- Start one process more in a task's container.
---
--- One after the other: a shim of containerd before 1.6.22 that starts many at once
--- takes seconds for each (containerd issue 8557).
---@param task neap.Task
---@param given table
---@return neap.Process? process
---@return neap.Error? err
function exec.start(task, given)
   local config, wrong = configs.exec(given, { op = "task.exec", cwd = fs.cwd(), fs = fs })
   if not config then return nil, wrong end
   local container = core.process_container(task)
   local spec = outline.of(container)
   if not spec then return refuse(container, "the record's spec is not JSON") end
   local root = inside.root(task, spec)
   local fit, unfit = inside.check(root)
   if not fit then return refuse(container, unfit) end
   local client = core.container_client(container)
   local process, unmade = specs.exec(spec, config, {
      groups = config.user and request.groups(container.extensions) or nil,
      read_file = inside.reader(root), machine = machine, client = client, container = container,
      namespace = client:namespace(), policies = policies.find(client, client:namespace()),
   })
   if not process then return nil, unmade end
   local any, unpacked = request.process(config, process)
   if not any then return nil, unpacked end

   local state = core.state(task)
   state.starting = state.starting or {}
   local _mine <close> = turn.take(state.starting)
   return undo.unless_wanted(function()
      return exec_of(task, container, config, any, given.id == nil)
   end)
end

return exec
