--- Records: from a checked config to what containerd is sent, and back.

local bundles = require "neap.bundles"
local core = require "neap.core"
local defaults = require "neap.defaults"
local failure = require "neap.error"
local joined = require "neap.joined"
local labels = require "neap.labels"
local making = require "neap.making"
local outage = require "neap.outage"
local outline = require "neap.outline"
local owner = require "neap.owner"
local plan = require "neap.plan"
local request = require "neap.request"
local undoing = require "neap.undo"

local records = {}

--- Was it made by this process, since then? Ids are used again.
local function is_ours(container, since)
   return container.labels[labels.owner] == owner.label() and container.created_at >= since
end

--- A record of which nobody knows whether it was made.
---@return neap.Error? unknown  why it may still be there
local function remove_record(client, id, since)
   local container, unknown = outage.patiently(client, function()
      return core.container_load(client, id)
   end)
   if not container then return unknown.code ~= "not_found" and unknown or nil end
   if not is_ours(container, since) then return nil end
   local ok, undone = outage.patiently(client, function()
      return core.container_delete(container)
   end)
   return not ok and undone.code ~= "not_found" and undone or nil
end

--- Leave nothing of a record that could not be created, or say what stays.
local function undo(client, id, bundle, since, err)
   local unknown = err.code == "cancelled"
      or outage.is_open(err) and remove_record(client, id, since)
   if unknown then err.left = { "record " .. id } end
   bundles.unmake(bundle.path)
   return nil, err
end

--- What was planned: spec, notes, and what of it is sent.
---@class (private) neap.records.Planned
---@field spec table
---@field notes neap.spec.Notes
---@field any neap.Any
---@field processes? string

local function send(client, config, planned)
   local options, wrong = request.runtime_options(config, plan.own_engine(client))
   if wrong then return nil, wrong end
   local bundle, unmade = making.bundle(client, config, planned.spec, "container.create")
   if not bundle then return nil, unmade end
   local since = core.time()
   local container, err = core.container_create(client, {
      id = config.id,
      runtime = config.runtime or defaults.runtime,
      runtime_options = options,
      spec = planned.any,
      labels = request.labels(config, bundle, planned.processes),
      extensions = request.extensions(planned.notes, config.groups),
   })
   if not container then
      if err.code == "already_exists" then return nil, err end
      return undo(client, config.id, bundle, since, err)
   end
   outline.keep(container, planned.any.value, planned.spec)
   local state = core.state(container)
   state.is_ours, state.bundle = true, bundle.path
   return container
end

--- Its volumes first. Who removed one in the meantime did not see the record; who
--- would from now on, sees it and leaves it.
local function send_all(client, config, planned)
   if not config.mounts then return send(client, config, planned) end
   local spec, volumes = planned.spec, require "neap.volume.wanted"
   local made, unmade = volumes.make(client, config, spec)
   if not made then return nil, unmade end
   local container, err = send(client, config, planned)
   if container then
      local ok, gone = volumes.keep(client, config, spec)
      if ok then return container end
      container:delete { force = true }
      err = gone
   end
   volumes.unmake(client, made)
   return nil, err
end

--- Create a record and its bundle, all or nothing; also when cancelled.
---@param client neap.Client
---@param config table  from neap.config
---@return neap.Container? container
---@return neap.Error? err
function records.create(client, config)
   if config.image then
      return nil, failure.new {
         code = "unimplemented", op = "container.create", id = config.id,
         message = "images cannot be used yet: give a rootfs",
      }
   end
   local spec, notes = plan.spec(client, config)
   if not spec then return nil, notes end
   local processes = joined.processes(spec)
   local any, unpacked = request.spec(config, spec)
   if not any then return nil, unpacked end

   local planned = { spec = spec, notes = notes, any = any, processes = processes }
   return undoing.unless_wanted(function() return send_all(client, config, planned) end)
end

--- Remember the task that was found with a record.
function records.keep_task(container, task)
   core.state(container).task = task
end

return records
