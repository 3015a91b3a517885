--- Connecting: which containerd, in which namespace, with which deadline.

local core = require "neap.core"
local defaults = require "neap.defaults"
local endpoint = require "neap.endpoint"
local escape = require "neap.escape"
local failure = require "neap.error"
local fields = require "neap.fields"
local ids = require "neap.id"
local path = require "neap.path"
local settings = require "neap.settings"

local SOCKET_LENGTH <const> = 107 -- sun_path, with the NUL after it
local FIELDS <const> = { address = true, namespace = true, engine = true, timeout = true }

local function refuse(message)
   return nil, failure.new { code = "invalid_argument", op = "connect", message = message }
end

local function check_type(options, name, ...)
   local value = options[name]
   if value == nil then return end
   for _, allowed in ipairs { ... } do
      if type(value) == allowed then return end
   end
   error(("connect: field '%s': %s expected, got %s"):format(name, (...), type(value)), 4)
end

local function check(options)
   if options ~= nil and type(options) ~= "table" then
      error(("bad argument #1 to 'connect' (table expected, got %s)"):format(type(options)), 3)
   end
   options = options or {}
   check_type(options, "address", "string")
   check_type(options, "namespace", "string")
   check_type(options, "engine", "string", "boolean")
   check_type(options, "timeout", "number", "boolean")
   return options
end

--- A path, or unix:///path; relative ones and empty ones are refused.
local function socket_of(address)
   local plain = address:match "^unix://(.*)$" or address
   if plain:sub(1, 1) ~= "/" then
      return nil, ("address: %q is not an absolute path, nor unix:///path"):format(address)
   end
   if #plain > SOCKET_LENGTH then
      return nil, ("address: %s has %d characters (the kernel takes at most %d)"):format(
         escape.show(plain), #plain, SOCKET_LENGTH
      )
   end
   return path.absolute(plain)
end

local function timeout_of(value)
   if value == false then return 0 end
   if value == nil or value == true then return defaults.timeout end
   if value ~= value or value <= 0 then
      return nil, ("timeout: %s is not a duration in seconds (or false: none)"):format(value)
   end
   return value == math.huge and 0 or value
end

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

local function address_of(chosen)
   if chosen.engine then return engine_address(chosen) end
   local socket, why = socket_of(chosen.address)
   if not socket then return refuse(why) end
   return socket
end

--- What the caller said, in one form; nil and an error where it makes no sense.
local function resolve(options)
   local ok, unknown = fields.check(options, FIELDS)
   if not ok then return refuse(unknown) end
   local namespace, bad_namespace =
      ids.parse(options.namespace or settings.namespace or defaults.namespace)
   if not namespace then return refuse("namespace: " .. bad_namespace) end
   local timeout, bad_timeout = timeout_of(options.timeout)
   if not timeout then return refuse(bad_timeout) end
   local chosen, clash = endpoint.choose(options, settings, endpoint.exists)
   if not chosen then return refuse(clash) end
   return { namespace = namespace, timeout = timeout, chosen = chosen }
end

local function add_advice(err, chosen)
   local advice = endpoint.advice(chosen, err.code)
   if advice then err.message = err.message .. "; " .. advice end
   return err
end

local function trace(client)
   if not settings.trace then return true end
   settings.trace_file = settings.trace_file or io.open(settings.trace, "a")
   if not settings.trace_file then return refuse("trace: cannot open " .. settings.trace) end
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
   local resolved, wrong = resolve(check(options))
   if not resolved then return nil, wrong end
   local address, unreachable = address_of(resolved.chosen)
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
