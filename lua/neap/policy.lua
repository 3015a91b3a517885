--- Policies: what somebody else than the caller says about a spec, before
--- anything is sent.
--
-- Each is given the finished spec, and edits it or refuses. They are applied in
-- the order in which they were registered: the last word wins, and a refusal
-- over all. One that raises refuses, too. They may wait: nothing is held
-- meanwhile, and nothing has been sent but what finds a container whose
-- namespaces are to be joined.

local copy = require "neap.copy"
local failure = require "neap.error"
local json = require "neap.json"
local origin = require "neap.spec.origin"
local policies = require "neap.policies"

local has_core, core = pcall(require, "neap.core")

local policy = {}

---@alias neap.policy.Op "create"|"exec"|"update"

---@class neap.policy.Where
---@field op neap.policy.Op
---@field client? neap.Client  nil where nothing would be sent (explain, --dry-run)
---@field namespace string
---@field container? neap.Container  of an exec or update

---@alias neap.policy.Function
---| async fun(spec: table, options: table, where: neap.policy.Where): any, any

---@class neap.policy.Handle
---@field name string
---@field remove fun(self: neap.policy.Handle)

local KNOWN <const> = { namespace = "string", name = "string", client = "userdata" }

local function check(fn, options)
   if type(fn) ~= "function" then
      error(("bad argument #1 to 'policy' (function expected, got %s)"):format(type(fn)), 3)
   end
   if options ~= nil and type(options) ~= "table" then
      error(("bad argument #2 to 'policy' (table expected, got %s)"):format(type(options)), 3)
   end
   -- Raises: one that would not be heard must not go unnoticed.
   for name, value in pairs(options or {}) do
      local wanted = KNOWN[name]
      if not wanted then
         error(("policy: %s: unknown field (client, name, namespace)"):format(tostring(name)), 3)
      end
      if type(value) ~= wanted then
         error(("policy: %s: %s expected, got %s"):format(
            name, name == "client" and "client" or wanted, type(value)), 3)
      end
   end
   return options or {}
end

local function place_of(fn)
   local info = debug.getinfo(fn, "S")
   return ("%s:%d"):format(info.source:match "^@(.*)$" or info.short_src, info.linedefined)
end

--- neap.policy: have `fn(spec, options, where)` look at every spec that is made
--- from now on, edit it, or answer `nil, reason` to refuse it.
---@param fn neap.policy.Function
---@param options? { namespace: string?, client: neap.Client?, name: string? }
---@return neap.policy.Handle
function policy.add(fn, options)
   local given = check(fn, options)
   local rule = {
      name = given.name or place_of(fn), fn = fn, namespace = given.namespace,
      is_for_client = given.client ~= nil,
      of = setmetatable({ client = given.client }, { __mode = "v" }),
   }
   policies.add(rule)
   return { name = rule.name, remove = function() policies.remove(rule) end }
end

local function refuse(rule, code, message)
   return nil, failure.new { code = code, message = ("policy %s: %s"):format(rule.name, message) }
end

local function text_of(reason)
   if type(reason) == "table" and type(reason.message) == "string" then return reason.message end
   return tostring(reason)
end

--- Cancelling who waits in a policy cancels the call.
local function pass_on_cancel(err)
   local is_cancel = type(err) == "table" and err.code == "cancelled"
   if is_cancel and has_core and core.cancelled() then error(err, 0) end
end

--- Ask one.
local function ask(rule, spec, options, where)
   local ok, answer, reason = pcall(rule.fn, spec, options, where)
   if not ok then
      pass_on_cancel(answer)
      return refuse(rule, "internal", "failed: " .. text_of(answer))
   end
   if answer == false or answer == nil and reason ~= nil then
      return refuse(rule, "permission_denied", reason == nil and "refused" or text_of(reason))
   end
   if answer == nil or answer == true or answer == spec then return true end
   return refuse(rule, "internal", ("answered a %s (it edits the spec in place, or answers nil "
      .. "and the reason why not)"):format(type(answer)))
end

local function is_object(value)
   return getmetatable(value) ~= nil and not json.is_array(value)
end

--- Let the policies that apply look at what was made.
---@param spec table  changed
---@param config table  what the user wants, as it was checked
---@param context neap.spec.Context
---@param op neap.policy.Op
---@return true? ok
---@return neap.Error? err
function policy.apply(spec, config, context, op)
   for _, rule in ipairs(context.policies or {}) do
      local before = context.origin and copy.deep(spec)
      local ok, err = ask(rule, spec, copy.deep(config, is_object), {
         op = op, client = context.client, namespace = context.namespace,
         container = context.container,
      })
      if not ok then return nil, err end
      if before then origin.note(context.origin, before, spec, "policy " .. rule.name) end
   end
   return true
end

return policy
