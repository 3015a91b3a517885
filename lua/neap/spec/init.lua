--- The OCI runtime spec of a container: what containerd's own default is, with
--- what the user wants, or what the user made of it.

local capabilities = require "neap.spec.capabilities"
local copy = require "neap.copy"
local defaults = require "neap.defaults"
local escape = require "neap.escape"
local failure = require "neap.error"
local linux = require "neap.spec.linux"
local mounts = require "neap.spec.mounts"
local network = require "neap.spec.network"
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
---@field exists? fun(path: string): boolean  of a file of the host; default: all do
---@field network_pid? integer    of the container whose network is joined
---@field op? string              for errors
---@field private is_whole? boolean

local function default_linux(context)
   return {
      ociVersion = VERSION,
      root = { path = "rootfs" }, -- in containerd's bundle, from the image
      process = process.defaults(),
      mounts = mounts.defaults(),
      linux = linux.defaults(context),
   }
end

local function default_windows()
   return {
      ociVersion = VERSION, root = {}, process = { cwd = "C:\\" }, windows = {},
   }
end

--- A host name is shorter than an id may be.
local function host_name(id)
   return (id:sub(1, defaults.hostname_length):gsub("[._-]+$", ""))
end

local function put_root(target, config)
   target.root = target.root or {}
   if config.rootfs then target.root.path = config.rootfs end
   if config.readonly ~= nil then target.root.readonly = config.readonly end
   if config.annotations then target.annotations = copy.deep(config.annotations) end
end

local function apply(target, config, context)
   put_root(target, config)
   local ok, why = process.apply(target, config, context)
   if not ok then return nil, why end
   if context.platform == "windows" then return true end

   capabilities.apply(target, config)
   mounts.apply(target, config)
   linux.apply(target, config, context)
   network.apply(target, config, context)
   return true
end

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

local function build(config, context)
   local made
   if context.is_whole then
      made = copy.deep(config.spec)
      made.ociVersion = made.ociVersion or VERSION
   elseif context.platform == "windows" then
      made = default_windows()
   else
      made = default_linux(context)
   end
   if not context.is_whole or config.hostname then
      made.hostname = config.hostname or host_name(context.id)
   end

   local ok, why = apply(made, config, context)
   if not ok then return nil, why end
   return edit(made, config)
end

--- Make the spec of a container. What the config's own function raises passes.
---@param config table  from neap.config
---@param context neap.spec.Context
---@return table? spec
---@return neap.Error? err
function spec.new(config, context)
   local inner = setmetatable({
      id = context.id or config.id,
      is_whole = type(config.spec) == "table",
   }, { __index = context })

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
---@param context? { read_file: neap.spec.ReadFile?, op: string? }
---@return table? process
---@return neap.Error? err
function spec.exec(container_spec, config, context)
   local made, why = process.exec(container_spec, config, context)
   if made then return made end
   return nil, failure.new {
      code = "invalid_argument", op = context and context.op or "task.exec",
      message = why, id = config.id,
   }
end

return spec
