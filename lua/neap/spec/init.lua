--- The OCI runtime spec of a container: what containerd's own default is, with
--- what the user wants, or what the user made of it.

local concerns = require "neap.spec.concerns"
local copy = require "neap.copy"
local escape = require "neap.escape"
local failure = require "neap.error"
local process = require "neap.spec.process"
local strings = require "neap.config.strings"

local spec = {}

local VERSION <const> = "1.0.2-dev" -- what containerd 1.6 writes

---@class neap.spec.Context
---@field namespace string
---@field id? string              default: the config's
---@field platform? string        "linux" (default) or "windows"
---@field cgroup_prefix? string   "/neap-<hash>" on an engine of Neap's own
---@field image? table            the image's config: Env, Cmd, Entrypoint, WorkingDir, User
---@field read_file? neap.spec.ReadFile  for users by name
---@field machine? neap.Machine       default: one that has every file
---@field network_pid? integer    of the container whose network is joined
---@field op? string              for errors
---@field origin? table<string, string>  filled: which option set what
---@field private is_whole? boolean

--- Without a mount namespace runc mounts on the host, and the mounts stay there.
local function has_mount_namespace(made)
   local namespaces = type(made.linux) == "table" and made.linux.namespaces
   for _, namespace in ipairs(type(namespaces) == "table" and namespaces or {}) do
      if type(namespace) == "table" and namespace.type == "mount" then return true end
   end
   return false
end

--- What containerd and the runtime need to find, whoever wrote the spec.
local function check(made, platform)
   local target = made.process
   if type(made.ociVersion) ~= "string" then return nil, "spec.ociVersion: missing" end
   if type(target) ~= "table" then return nil, "spec.process: missing" end
   if platform ~= "windows" and not has_mount_namespace(made) then
      return nil, 'spec.linux.namespaces: {type="mount"} is missing (it would mount on the host)'
   end

   local args, args_why = strings.list(target.args or {}, "spec.process.args")
   if not args then return nil, args_why end
   if #args == 0 then
      return nil, "args: missing (neither the config nor the image names a command)"
   end
   local env, env_why = strings.list(target.env or {}, "spec.process.env")
   if not env then return nil, env_why end
   return strings.fit(args, env)
end

--- Let the user's function edit the spec, or replace it.
local function edit(made, config)
   if type(config.spec) ~= "function" then return made end

   local returned = config.spec(made)
   if returned == nil then return made end
   if type(returned) ~= "table" then
      return nil, ("spec: the function returned %s (a whole spec, or nothing)"):format(
         escape.show(returned)
      )
   end
   return returned
end

local function begin(config, context)
   if context.is_whole then
      local made = copy.deep(config.spec)
      made.ociVersion = made.ociVersion or VERSION
      if context.platform ~= "windows" then made.linux = made.linux or {} end
      return made
   end
   local made = { ociVersion = VERSION, [context.platform or "linux"] = {} }
   concerns.begin(made, config, context)
   return made
end

local function build(config, context)
   local made = begin(config, context)
   local ok, why = concerns.apply(made, config, context)
   if not ok then return nil, why end
   return edit(made, config)
end

--- A machine that has every file, and tells nothing of them.
local NO_MACHINE <const> = { exists = function() return true end }

local function complete(context, more)
   return setmetatable(more, { __index = function(_, name)
      if context[name] ~= nil then return context[name] end
      return name == "machine" and NO_MACHINE or nil
   end })
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
      origin = context.origin or {},
   })

   local made, why = build(config, inner)
   local ok = made ~= nil
   if ok then ok, why = check(made, inner.platform) end
   if ok then return made end
   return nil, failure.new {
      code = "invalid_argument", op = context.op or "container.create",
      message = why, id = inner.id,
   }
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
   if made then return made end
   return nil, failure.new {
      code = "invalid_argument", op = inner.op or "task.exec",
      message = why, id = config.id,
   }
end

return spec
