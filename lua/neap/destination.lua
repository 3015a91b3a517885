--- Where to: which containerd, in which namespace, with which deadline.

local defaults = require "neap.defaults"
local endpoint = require "neap.endpoint"
local escape = require "neap.escape"
local failure = require "neap.error"
local fields = require "neap.fields"
local ids = require "neap.id"
local path = require "neap.path"
local settings = require "neap.settings"

local destination = {}

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
   error(("connect: field '%s': %s expected, got %s"):format(name, (...), type(value)), 5)
end

local function check(options)
   if options ~= nil and type(options) ~= "table" then
      error(("bad argument #1 to 'connect' (table expected, got %s)"):format(type(options)), 4)
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

---@class neap.Destination
---@field namespace string
---@field timeout number
---@field chosen neap.Endpoint
---@field socket? string  nil: of an engine, which is started first

--- What the caller said, in one form. Raises for what makes no sense to anybody.
---@param options? neap.ConnectOptions
---@return neap.Destination? destination
---@return neap.Error? err
function destination.resolve(options)
   options = check(options)
   local ok, unknown = fields.check(options, FIELDS)
   if not ok then return refuse(unknown) end
   local namespace, bad_namespace =
      ids.parse(options.namespace or settings.namespace or defaults.namespace)
   if not namespace then return refuse("namespace: " .. bad_namespace) end
   local timeout, bad_timeout = timeout_of(options.timeout)
   if not timeout then return refuse(bad_timeout) end
   local chosen, clash = endpoint.choose(options, settings, endpoint.exists)
   if not chosen then return refuse(clash) end
   local socket, bad_address
   if not chosen.engine then
      socket, bad_address = socket_of(chosen.address)
      if not socket then return refuse(bad_address) end
   end
   return { namespace = namespace, timeout = timeout, chosen = chosen, socket = socket }
end

return destination
