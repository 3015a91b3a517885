--- Connecting: to the containerd that neap.destination finds.

local core = require "neap.core"
local defaults = require "neap.defaults"
local destination = require "neap.destination"
local endpoint = require "neap.endpoint"
local failure = require "neap.error"
local settings = require "neap.settings"

--- Start, or find, the engine that was chosen.
local function engine_address(chosen)
   local engine = require "neap.engine"
   local started, err = engine.start { dir = chosen.engine }
   if not started then return nil, err end
   if chosen.assumed then
      require("neap.log").info("using the embedded engine in %s", started.dir or chosen.engine)
   end
   return started.address
end

local function add_advice(err, chosen)
   local advice = endpoint.advice(chosen, err.code)
   if advice then err.message = err.message .. "; " .. advice end
   return err
end

local function trace(client)
   if not settings.trace then return true end
   settings.trace_file = settings.trace_file or io.open(settings.trace, "a")
   if not settings.trace_file then
      return nil, failure.new {
         code = "invalid_argument", op = "connect",
         message = "trace: cannot open " .. settings.trace,
      }
   end
   client:trace(core.fs.fd(settings.trace_file))
   return true
end

---@class neap.ConnectOptions
---@field address? string         a path, or unix:///path
---@field namespace? string
---@field engine? string|boolean  a directory; true: the default one
---@field timeout? number|false   seconds, of every RPC that neither waits nor streams

--- Connect to containerd. Nothing is sent.
---@param options? neap.ConnectOptions
---@return neap.Client? client
---@return neap.Error? err  `not_found` no socket, `permission_denied`, `unavailable` nobody listens
return function(options)
   local resolved, wrong = destination.resolve(options)
   if not resolved then return nil, wrong end
   local address, unreachable = resolved.socket, nil
   if not address then address, unreachable = engine_address(resolved.chosen) end
   if not address then return nil, unreachable end

   local client, err = core.connect {
      address = address, namespace = resolved.namespace,
      timeout = resolved.timeout, grace = defaults.hello_grace, linger = defaults.linger,
   }
   if not client then return nil, add_advice(err, resolved.chosen) end
   local ok, untraced = trace(client)
   if not ok then
      client:close()
      return nil, untraced
   end
   return client
end
