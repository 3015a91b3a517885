--- What containerd is asked for a container's record.

local choose = require "neap.platform.choose"
local core = require "neap.core"
local defaults = require "neap.defaults"
local failure = require "neap.error"
local json = core.json
local labels = require "neap.labels"
local owner = require "neap.owner"
local signals = require "neap.signal"
local users = require "neap.config.user"

local request = {}

local SPEC_URL <const> = "types.containerd.io/opencontainers/runtime-spec/1/Spec"
local PROCESS_URL <const> = "types.containerd.io/opencontainers/runtime-spec/1/Process"
local EXPLAIN <const> = "neap.explain"
local EXPLAIN_URL <const> = "neap.explain/1"
local GROUPS <const> = "neap.groups"
local GROUPS_URL <const> = "neap.groups/1"

local function refuse(config, message, op)
   return nil, failure.new {
      code = "invalid_argument", op = op or "container.create", id = config.id, message = message,
   }
end

--- A spec as it is sent.
---@param config table
---@param spec table
---@return neap.Any? any
---@return neap.Error? err
function request.spec(config, spec)
   local ok, text, refused = pcall(json.encode, spec)
   local why = not ok and text or refused and refused.message
   if not why and #text > defaults.spec_size then
      why = ("the spec has %d bytes (at most %d)"):format(#text, defaults.spec_size)
   end
   if not why then return { type_url = SPEC_URL, value = text } end
   return refuse(config, "spec: " .. tostring(why))
end

--- An exec's process as it is sent.
---@param config table
---@param process table
---@return neap.Any? any
---@return neap.Error? err
function request.process(config, process)
   local ok, text, refused = pcall(json.encode, process)
   if ok and text then return { type_url = PROCESS_URL, value = text } end
   return refuse(config, "process: " .. tostring(refused and refused.message or text), "task.exec")
end

local OPTIONS <const> = {
   linux = "containerd.runc.v1.Options", windows = "containerd.runhcs.v1.Options",
}

--- The runtime's options: a message's fields, or an Any; on an engine of Neap's
--- with what keeps its containers apart from others'.
---@param config table
---@param own? table|false  the engine's: what its containers carry
---@return neap.Any? any  nil, too, where there are none
---@return neap.Error? err
function request.runtime_options(config, own)
   local _, platform = choose(config.runtime)
   local given = config.runtime_options
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

--- The user's labels and ours.
---@param config table
---@param bundle { labels: table<string, string> }
---@param processes? string  of neap.joined
---@return table<string, string>
function request.labels(config, bundle, processes)
   local all = {}
   for name, value in pairs(config.labels or {}) do all[name] = value end
   for name, value in pairs(bundle.labels) do all[name] = value end
   all[labels.owner], all[labels.joined] = owner.label(), processes
   all[labels.log] = config.log and json.encode(config.log)
   all[labels.overlay] = config.rootfs_overlay and config.rootfs or nil
   all[labels.volumes] = config.mounts and require "neap.volume.wanted".anonymous(config)
   all[labels.stop_timeout] = config.stop_timeout and ("%.17g"):format(config.stop_timeout)
   all[labels.stop_signal] = config.stop_signal and signals.name(config.stop_signal)
   return all
end

--- Notes of a list's elements become the list's, where they are too many.
local function in_short(notes)
   local count = 0
   for _ in pairs(notes) do count = count + 1 end
   if count <= defaults.explain_notes then return notes end
   local short = {}
   for path, option in pairs(notes) do
      local list = path:match "^[^%[]*"
      local known = short[list]
      short[list] = known and known ~= option and "several" or option
   end
   return short
end

--- What is noted with the record: who set what is not as by default; and the groups
--- that its processes have beside their users' own.
---@param notes neap.spec.Notes
---@param groups? (integer|string)[]
---@return table<string, neap.Any>
function request.extensions(notes, groups)
   return {
      [EXPLAIN] = { type_url = EXPLAIN_URL, value = json.encode(in_short(notes)) },
      [GROUPS] = groups and { type_url = GROUPS_URL, value = json.encode(groups) },
   }
end

--- The groups that are noted so.
---@param extensions? table<string, neap.Any>
---@return (integer|string)[]?
function request.groups(extensions)
   local kept = (extensions or {})[GROUPS]
   local ok, groups = pcall(json.decode, kept and kept.value or "")
   return ok and type(groups) == "table" and users.groups(groups) or nil
end

return request
