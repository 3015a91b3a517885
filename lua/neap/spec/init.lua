--- The OCI runtime spec of a container: what containerd's own default is, with
--- what the user wants, or what the user made of it.

local anywhere = require "neap.spec.anywhere"
local concerns = require "neap.spec.concerns"
local copy = require "neap.copy"
local escape = require "neap.escape"
local failure = require "neap.error"
local process = require "neap.spec.process"
local template = require "neap.spec.template"
local valid = require "neap.spec.valid"

local spec = {}

---@class neap.spec.Context
---@field namespace string
---@field id? string              default: the config's
---@field platform? string        "linux" (default) or "windows"
---@field cgroup_prefix? string   "/neap-<hash>" on an engine of Neap's own
---@field image? table            the image's config: Env, Cmd, Entrypoint, WorkingDir, User
---@field read_file? neap.spec.ReadFile  for users by name
---@field groups? (integer|string)[]  of an exec: its container's, beside its user's own
---@field machine? neap.Machine       default: one that has every file
---@field cdi_dirs? string[]        default: defaults.cdi_dirs
---@field joined? table<string, neap.spec.Joined>  by id: whose namespaces are joined
---@field volume? fun(name: string): string  where a volume's content is
---@field shares? boolean          the spec will only be read (neap.spec.template)
---@field op? string              for errors
---@field origin? neap.spec.Notes  filled: which option set what
---@field policies? neap.policy.Rule[]  that apply
---@field client? neap.Client     for policies
---@field container? neap.Container  of an exec: for policies, and whose runtime it is
---@field private is_whole? boolean
---@field private is_foreign? boolean  the user's spec, function or concern, or a policy
---@field private is_shared? boolean  most of it is the template's, which is valid

--- Let the user's function edit the spec, or replace it.
local function edit(made, config, context)
   if type(config.spec) ~= "function" then return made end

   local before = copy.deep(made)
   local returned = config.spec(made)
   if returned ~= nil and type(returned) ~= "table" then
      return nil, ("spec: the function returned %s (a whole spec, or nothing)"):format(
         escape.show(returned)
      )
   end
   made = returned or made
   require("neap.spec.origin").note(context.origin, before, made, "spec")
   return made
end

local function begin(config, context)
   if context.is_whole then
      local made = copy.deep(config.spec)
      made.ociVersion = made.ociVersion or concerns.version
      if context.platform ~= "windows" then made.linux = made.linux or {} end
      context.origin[""] = "spec"
      return made
   end
   return concerns.new(config, context)
end

--- Did somebody else have a hand in it? Else each field comes from an option that was
--- checked, or is our own, and to check all of them again costs more than to make them.
local function is_foreign(config, context)
   return config.spec ~= nil or config.concerns ~= nil or context.policies ~= nil
end

--- Is there anything in it that a machine may be unable to do? By default there is not.
local function is_special(made, config)
   return config.mounts or config.tmpfs or made.process.rlimits
      or made.linux and made.linux.sysctl
end

local function check(made, config, context)
   if context.is_shared then return valid.command(made.process) end
   local judge = context.is_foreign and valid.check or valid.together
   local ok, why = judge(made, context.platform)
   if not ok then return nil, why end
   local is_plain = not context.is_foreign and not is_special(made, config)
   if context.platform == "windows" or is_plain then return true end
   local possible = require "neap.spec.possible"
   if not possible.is_known(config.runtime) then return true end
   why = possible.check(made, config, context.machine, context.is_foreign)
   return why == nil, why
end

--- What is not there since a concern was replaced, which begins nothing then.
local function note_unbegun(made, config, context)
   if not config.concerns or context.is_whole then return end
   require("neap.spec.origin").note_rest(context.origin, begin({}, context), made,
      function(concern) return config.concerns[concern] ~= nil and "concerns." .. concern end)
end

--- Let the policies that apply edit it, or refuse.
local function obey(made, config, context, op)
   if not context.policies then return true end
   return require("neap.policy").apply(made, config, context, op)
end

local function build(config, context)
   if template.fits(config, context) then
      context.is_shared = true
      return template.spec(config, context)
   end
   local made = begin(config, context)
   local ok, why = concerns.apply(made, config, context, concerns.list)
   if not ok then return nil, why end
   note_unbegun(made, config, context)
   made, why = edit(made, config, context)
   if not made then return nil, why end
   ok, why = obey(made, config, context, "create")
   if not ok then return nil, why end
   return made
end

local function complete(context, more)
   more.machine = anywhere.complete(context.machine)
   return setmetatable(more, { __index = context })
end

--- A policy's error is whole; what else is wrong has a text.
local function refuse(why, op, id)
   if failure.is(why) then
      why.op, why.id = op, id
      return nil, why
   end
   return nil, failure.new { code = "invalid_argument", op = op, message = why, id = id }
end

--- Make the spec of a container. What the config's own function raises passes.
---@param config table  from neap.config
---@param context neap.spec.Context
---@return table? spec
---@return neap.Error? err
function spec.new(config, context)
   local inner = complete(context, {
      id = context.id or config.id,
      is_whole = type(config.spec) == "table",
      is_foreign = is_foreign(config, context),
      origin = context.origin or {},
   })

   local made, why = build(config, inner)
   local ok = made ~= nil
   if ok then ok, why = check(made, config, inner) end
   if ok then return made end
   return refuse(why, context.op or "container.create", inner.id)
end

--- What a container is given of which nothing is asked.
---@param context neap.spec.Context
---@return table spec  without args
function spec.default(context)
   local inner = complete(context, { origin = {} })
   local made = begin({}, inner)
   concerns.apply(made, {}, inner, concerns.list)
   return made
end

--- Make the process of an exec.
---@param container_spec table  as containerd holds it
---@param config table  from neap.config.exec
---@param context? neap.spec.Context
---@return table? process
---@return neap.Error? err
function spec.exec(container_spec, config, context)
   local inner = complete(context or {}, { origin = {} })
   local made, why = process.exec(container_spec, config, inner)
   local ok = made ~= nil
   if ok then ok, why = obey(made, config, inner, "exec") end
   if ok and inner.policies then ok, why = valid.process(made) end
   local possible = ok and inner.policies and require "neap.spec.possible"
   if possible and possible.is_known(inner.container and inner.container.runtime) then
      why = possible.process(made, inner.machine)
      ok = why == nil
   end
   if ok then return made end
   return refuse(why, inner.op or "task.exec", config.id)
end

return spec
