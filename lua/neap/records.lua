--- Records: from a checked config to what containerd is sent, and back.

local bundles = require "neap.bundles"
local choose = require "neap.platform.choose"
local core = require "neap.core"
local defaults = require "neap.defaults"
local failure = require "neap.error"
local inside = require "neap.inside"
local json = core.json
local labels = require "neap.labels"
local machine = require "neap.machine"
local making = require "neap.making"
local outage = require "neap.outage"
local outline = require "neap.outline"
local owner = require "neap.owner"
local signals = require "neap.signal"
local specs = require "neap.spec"
local undoing = require "neap.undo"

local records = {}

local SPEC_URL <const> = "types.containerd.io/opencontainers/runtime-spec/1/Spec"

--- What containers carry on an engine of Neap's own; false on another.
local function own_engine(client)
   local state = core.state(client)
   if state.own == nil then
      state.own = require "neap.engine".own(client:address()) or false
   end
   return state.own
end

--- The process whose network is joined.
local function network_pid(client, config)
   local network = config.network
   if not network or network.kind ~= "container" then return nil end
   local other, absent = core.container_load(client, network.id)
   if not other then return nil, absent end
   local task, stopped = other:task()
   if not task then return nil, stopped end
   if task.pid == 0 or task:status() ~= "running" then
      return nil, failure.new {
         code = "failed_precondition", op = "container.create", id = config.id,
         message = ("network: container %q does not run"):format(network.id),
      }
   end
   return task.pid
end

local function refuse(config, why)
   return nil, failure.new {
      code = "invalid_argument", op = "container.create", id = config.id, message = why,
   }
end

local function make_spec(client, config)
   local fit, unfit = inside.check(config.rootfs)
   if not fit then return refuse(config, unfit) end
   local pid, unjoined = network_pid(client, config)
   if unjoined then return nil, unjoined end
   local own = own_engine(client)
   local _, platform = choose(config.runtime)
   return specs.new(config, {
      platform = platform, namespace = client:namespace(), id = config.id, network_pid = pid,
      cgroup_prefix = own and own.cgroup_prefix or nil,
      read_file = inside.reader(config.rootfs),
      machine = machine,
   })
end

local function pack_spec(spec, config)
   local ok, text, refused = pcall(json.encode, spec)
   local why = not ok and text or refused and refused.message
   if not why and #text > defaults.spec_size then
      why = ("the spec has %d bytes (at most %d)"):format(#text, defaults.spec_size)
   end
   if not why then return text end
   return refuse(config, "spec: " .. tostring(why))
end

local OPTIONS <const> = {
   linux = "containerd.runc.v1.Options", windows = "containerd.runhcs.v1.Options",
}

--- The runtime's options: a message's fields, or an Any; on an engine of Neap's
--- with what keeps its containers apart from others'.
local function runtime_options(client, config)
   local _, platform = choose(config.runtime)
   local given, own = config.runtime_options, own_engine(client)
   local url = given and given.type_url or OPTIONS[platform]
   local value = given and (given.type_url and given.value or given)
   if type(value) == "string" then return { type_url = url, value = value } end
   if own and own.options.type_url == url then
      local merged = {}
      for _, options in ipairs { own.options.value, value or {} } do
         for name, option in pairs(options) do merged[name] = option end
      end
      value = merged
   end
   if not value then return nil end
   local bytes, err = core.encode(url, value)
   if bytes then return { type_url = url, value = bytes } end
   return refuse(config, "runtime_options: " .. err.message)
end

local function all_labels(config, bundle)
   local all = {}
   for name, value in pairs(config.labels or {}) do all[name] = value end
   for name, value in pairs(bundle.labels) do all[name] = value end
   all[labels.owner] = owner.label()
   all[labels.log] = config.log and json.encode(config.log)
   all[labels.stop_signal] = config.stop_signal and signals.name(config.stop_signal)
   return all
end

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

local function send(client, config, spec, text)
   local options, wrong = runtime_options(client, config)
   if wrong then return nil, wrong end
   local bundle, unmade = making.bundle(client, config, spec, "container.create")
   if not bundle then return nil, unmade end
   local since = core.time()
   local container, err = core.container_create(client, {
      id = config.id,
      runtime = config.runtime or defaults.runtime,
      runtime_options = options,
      spec = { type_url = SPEC_URL, value = text },
      labels = all_labels(config, bundle),
   })
   if not container then
      if err.code == "already_exists" then return nil, err end
      return undo(client, config.id, bundle, since, err)
   end
   outline.keep(container, text, spec)
   local state = core.state(container)
   state.is_ours, state.bundle = true, bundle.path
   return container
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
   local spec, unmade = make_spec(client, config)
   if not spec then return nil, unmade end
   local text, unpacked = pack_spec(spec, config)
   if not text then return nil, unpacked end

   return undoing.unless_wanted(function() return send(client, config, spec, text) end)
end

--- Remember the task that was found with a record.
function records.keep_task(container, task)
   core.state(container).task = task
end

return records
