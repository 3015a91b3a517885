--- What start, stop and status are told, checked once.

local core = require "neap.core"
local defaults = require "neap.defaults"
local fields = require "neap.fields"

local judge = require "neap.engine.judge"
local layout = require "neap.engine.layout"
local place = require "neap.engine.place"

local options = {}

---@class neap.engine.Options
---@field dir? string      where it lives: /var/lib/neap
---@field run? string      where sockets are: /run/neap
---@field metrics? string  "host:port" for containerd's metrics; none by default
---@field log? string      level of containerd's log: warn
---@field path? string     where programs are looked for, instead of PATH and the usual places

--- Of all three: one table may be given to each.
local KNOWN <const> = {
   dir = "string", run = "string", metrics = "string", log = "string", path = "string",
   force = "boolean", tasks = "function", remove = "function",
}

local LOG_LEVELS <const> = { trace = 1, debug = 1, info = 1, warn = 1, error = 1 }

function options.refuse(op, code, message, id)
   return nil, core.error { op = op, code = code, message = message, id = id }
end

--- Raise on wrong types; refuse wrong values.
---@param op string
---@param given? neap.engine.Options
---@param level? integer  of the caller to blame; default: who called our caller
---@return string? dir
---@return string|table run  or err
function options.check(op, given, level)
   if given ~= nil and type(given) ~= "table" then
      error(("%s: table expected, got %s"):format(op, type(given)), (level or 2) + 1)
   end
   given = given or {}
   local ok, unknown = fields.check(given, KNOWN)
   if not ok then return options.refuse(op, "invalid_argument", unknown) end
   for name, value in pairs(given) do
      if type(value) ~= KNOWN[name] then
         error(("%s: %s: %s expected, got %s"):format(op, name, KNOWN[name], type(value)), 3)
      end
   end
   local dir, run = given.dir or defaults.engine_directory, given.run or defaults.run_directory
   for _, where in ipairs { dir, run } do
      local code, message = judge.spelling(where)
      if code then return options.refuse(op, code, message, where) end
   end
   if given.log and not LOG_LEVELS[given.log] then
      return options.refuse(op, "invalid_argument",
         ("log: unknown level %q (trace, debug, info, warn, error)"):format(given.log))
   end
   return dir, run
end

--- Only root runs engines.
function options.check_user(op)
   if core.engine.user() == 0 then return true end
   return options.refuse(op, "permission_denied",
      "the embedded engine needs root: run this as root (sudo), or name a containerd \z
         that you may use (--address, address=)")
end

--- The places of an engine, from where it is said to be; nothing is checked.
---@param dir? string
---@param run? string
---@return neap.engine.Layout
function options.places(dir, run)
   local base = place.real(run or defaults.run_directory)
   local real = place.real(dir or defaults.engine_directory)
   return layout.of(real, base)
end

return options
