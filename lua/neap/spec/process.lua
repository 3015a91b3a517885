--- The process a container starts with, and those that join it.

local capabilities = require "neap.spec.capabilities"
local copy = require "neap.copy"
local defaults = require "neap.defaults"
local environment = require "neap.config.environment"
local json = require "neap.json"
local parse_user = require "neap.config.user".parse
local user = require "neap.spec.user"

local process = {}

local PATH <const> = "PATH=" .. defaults.path
local TERM <const> = "TERM=" .. defaults.term

--- A process as containerd 1.6 makes one, except that RLIMIT_NOFILE stays what
--- the engine has.
---@return table
function process.defaults()
   return {
      cwd = "/",
      user = { uid = 0, gid = 0 },
      capabilities = capabilities.defaults(),
      noNewPrivileges = true,
   }
end

local function append(first, second)
   local list = table.move(first or {}, 1, #(first or {}), 1, {})
   return json.array(table.move(second or {}, 1, #(second or {}), #list + 1, list))
end

--- Arguments replace the image's Cmd and follow its Entrypoint; an entrypoint of
--- the config's own drops both, as docker has it.
local function arguments(config, image)
   if config.entrypoint then return append(config.entrypoint, config.args) end
   if not config.args and not image.Cmd and not image.Entrypoint then return nil end
   return append(image.Entrypoint, config.args or image.Cmd)
end

local function put_env(target, config, image)
   local given = image.Env and #image.Env > 0 and image.Env or { PATH }
   local env = environment.merge(target.env or given, config.env)
   if target.terminal and not environment.has(env, "TERM") then env[#env + 1] = TERM end
   target.env = json.array(env)
end

--- The image's user; without one root, whose groups the image may know.
local function image_user(context)
   local image = not context.is_whole and context.image
   if not image then return nil end
   if not image.User or image.User == "" then
      return context.read_file and { uid = 0 } or nil
   end
   local wanted, why = parse_user(image.User)
   return wanted, why and "the image's user: " .. why
end

local function put_user(target, config, context)
   local wanted, wrong = config.user, nil
   if not wanted then wanted, wrong = image_user(context) end
   if wrong then return nil, wrong end
   if not wanted then return true end

   local found, why = user.resolve(wanted, context.read_file)
   if not found then return nil, why end
   target.user = found
   return true
end

--- Put what a config, and behind it an image, says about the process into a spec.
---@param spec table
---@param config table
---@param context neap.spec.Context
---@return true? ok
---@return string? why
function process.apply(spec, config, context)
   spec.process = spec.process or {}
   local target, image = spec.process, context.image or {}

   if config.terminal ~= nil then target.terminal = config.terminal end
   if context.is_whole then
      target.args = target.args or arguments(config, image)
      if config.env or not target.env then put_env(target, config, image) end
   else
      target.args = arguments(config, image)
      put_env(target, config, image)
      if image.WorkingDir and image.WorkingDir ~= "" then target.cwd = image.WorkingDir end
   end
   target.cwd = config.cwd or target.cwd or "/"
   if config.no_new_privileges ~= nil then target.noNewPrivileges = config.no_new_privileges end
   if config.ulimits then target.rlimits = json.array(copy.deep(config.ulimits)) end
   if config.oom_score_adj then target.oomScoreAdj = config.oom_score_adj end
   return put_user(target, config, context)
end

--- The process of an exec: the container's own, with what the config changes.
---@param spec table        the container's, as containerd holds it
---@param config table      of config.exec
---@param context? { read_file: neap.spec.ReadFile? }
---@return table? process
---@return string? why
function process.exec(spec, config, context)
   local target = copy.deep(spec.process or process.defaults())

   target.args = json.array(copy.deep(config.args))
   target.commandLine, target.consoleSize = nil, nil
   target.terminal = config.terminal or nil
   target.cwd = config.cwd or target.cwd or "/"
   put_env(target, config, {})
   local ok, why = put_user(target, config, context or {})
   if not ok then return nil, why end
   return target
end

return process
