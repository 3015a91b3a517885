--- What a client can do, on the core's raw calls.

local choose = require "neap.platform.choose"
local core = require "neap.core"
local failure = require "neap.error"
local fs = core.fs
local ids = require "neap.id"
local labels = require "neap.labels"
local list = require "neap.list"
local receiver = require "neap.receiver"

require "neap.container"
require "neap.exchange"

---@class neap.Client
local Client = core.classes.client

-- What makes containers is half of all there is, and many a client makes none.
local function create(...) return require "neap.records".create(...) end

--- What checking a config needs: how to look at paths, and for which platform.
local function context(op, config)
   local _, platform = choose(type(config) == "table" and config.runtime or nil)
   return { op = op, cwd = fs.cwd(), fs = fs, platform = platform }
end

--- Create a container's record. There is no process in it yet.
---@param config neap.Config
---@return neap.Container? container
---@return neap.Error? err  `already_exists`
function Client:create(config)
   local checked, err = require "neap.config".create(config, context("container.create", config))
   if not checked then return nil, err end
   return create(self, checked)
end

--- Who looks at a container has its logger begun again, where that was killed.
local function load(client, id)
   local container, err = core.container_load(client, id)
   if not container then return nil, err end
   if container.labels[labels.log] then require "neap.logs.successor".begin(container) end
   return container
end

--- Find a container's record.
---@param id string
---@return neap.Container? container
---@return neap.Error? err  `not_found`
function Client:load(id)
   if type(id) ~= "string" then
      error(("bad argument #1 to 'load' (string expected, got %s)"):format(type(id)), 2)
   end
   local checked, why = ids.parse(id)
   if not checked then
      return nil, failure.new { code = "invalid_argument", op = "container.load", message = why }
   end
   return load(self, checked)
end

--- Load the container that `config.id` names, else create it.
---@param config neap.Config
---@return neap.Container? container
---@return boolean|neap.Error found  was it there?
function Client:ensure(config)
   local checked, wrong = require "neap.config".create(config, context("container.ensure", config))
   if not checked then return nil, wrong end
   local container, err = load(self, checked.id)
   if container then return container, true end
   if err.code ~= "not_found" then return nil, err end
   container, err = create(self, checked)
   if container then return container, false end
   if err.code ~= "already_exists" then return nil, err end
   container, err = load(self, checked.id)
   return container, container and true or err
end

--- All containers, or those that match.
---@param wanted? table|string  see neap.filters
---@return neap.Container[]? containers
---@return neap.Error? err
function Client:containers(wanted)
   local found, err = list(self, wanted, false, "client.containers")
   if not found then return nil, err end
   require "neap.logs.successor".begin_all(found)
   for i, pair in ipairs(found) do found[i] = pair[1] end
   return found
end

--- All containers with their tasks, running or stopped, in two calls.
---@param options? table  io of start; or { filter =, io = }
---@return neap.Container[]? containers
---@return neap.Error? err
function Client:restore(options)
   return require "neap.restore"(self, options)
end

--- Run a container to its end and leave nothing behind.
---@param config neap.RunConfig
---@return neap.Result? result
---@return neap.Error? err
function Client:run(config)
   local checked, err = require "neap.config".run(config, context("client.run", config))
   if not checked then return nil, err end
   return require "neap.run"(self, checked)
end

--- Call `fn(event)` for each event of a topic: "exit", "/images/create", "/tasks/*".
---@param topic string
---@param fn async fun(event: neap.Event)
---@return neap.Subscription? subscription
---@return neap.Error? err
function Client:on(topic, fn) return require "neap.listen".on(self, topic, fn) end

--- Iterate over events.
---@param options? { topic: string?, id: string?, filter: function|table|nil, buffer: integer? }
---@return neap.Events? events
---@return neap.Error? err
function Client:events(options) return require "neap.events".open(self, options) end

-- All of them have their methods by now.
for class, methods in pairs(core.classes) do receiver.check(class, methods) end

local metatable = core.metatable "client"
local services = require "neap.services"

metatable.__index = function(client, name)
   local method = Client[name]
   if method ~= nil then return method end
   if name == "volumes" then return require "neap.volumes".of(client) end
   return services.find(client, name)
end

return Client
