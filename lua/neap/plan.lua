--- What a container is to be, before anybody is asked for it: its spec, with what
--- has to be looked up for that. Nothing is made: `neap explain run` and
--- `neap run --dry-run` come here, too.

local choose = require "neap.platform.choose"
local core = require "neap.core"
local destination = require "neap.destination"
local failure = require "neap.error"
local inside = require "neap.inside"
local joining = require "neap.joining"
local machine = require "neap.machine"
local policies = require "neap.policies"
local specs = require "neap.spec"

local plan = {}

--- Who stands for a client where nothing is to be sent.
---@class neap.plan.Place
---@field namespace fun(self: neap.plan.Place): string
---@field address fun(self: neap.plan.Place): string
---@field own? table|false

--- The place where a client would be connected.
---@return neap.plan.Place? place
---@return neap.Error? err
function plan.place()
   local to, wrong = destination.resolve()
   if not to then return nil, wrong end
   local address, own = to.socket, nil
   if not address then
      local engine = require "neap.engine"
      address, own = engine.address(to.chosen.engine), engine.carried(to.chosen.engine)
   end
   return {
      own = own,
      namespace = function() return to.namespace end, address = function() return address end,
   }
end

local function is_place(client) return type(client) == "table" end

--- What containers carry on an engine of Neap's own; false on another.
---@param client neap.Client|neap.plan.Place
---@return table|false
function plan.own_engine(client)
   local state = is_place(client) and client or core.state(client)
   if state.own == nil then
      state.own = require "neap.engine.own".at(client:address()) or false
   end
   return state.own
end

--- Make the spec of a checked config, as the policies that apply have it.
---@param client neap.Client|neap.plan.Place
---@param config table  from neap.config
---@return table? spec
---@return neap.spec.Notes|neap.Error notes  who set what in it
function plan.spec(client, config)
   local fit, unfit = inside.check(config.rootfs)
   if not fit then
      return nil, failure.new {
         code = "invalid_argument", op = "container.create", id = config.id, message = unfit,
      }
   end
   local own = plan.own_engine(client)
   local asked = not is_place(client) and client or nil
   local joined, unjoined = joining.find(asked, config)
   if not joined then return nil, unjoined end
   local _, platform = choose(config.runtime)
   local notes = {}
   local spec, unmade = specs.new(config, {
      platform = platform, namespace = client:namespace(), id = config.id, joined = joined,
      cgroup_prefix = own and own.cgroup_prefix or nil,
      read_file = inside.reader(config.rootfs),
      volume = function(name) return require "neap.volume.place".data(client, name) end,
      machine = machine, origin = notes, shares = true,
      client = asked, policies = policies.find(asked, client:namespace()),
   })
   return spec, unmade or notes
end

return plan
