--- The process a container starts with, and those that join it.

local copy = require "neap.copy"
local defaults = require "neap.defaults"
local environment = require "neap.config.environment"
local json = require "neap.json"
local strings = require "neap.config.strings"
local user = require "neap.spec.user"

local process = {
   options = {
      "args", "entrypoint", "env", "env_file", "cwd", "terminal", "console_size",
   },
   paths = { "process" },
   any_platform = true,
   is_of_each = true,
}

local PATH <const> = "PATH=" .. defaults.path
local TERM <const> = "TERM=" .. defaults.term

---@param spec table
---@param context neap.spec.Context
function process.begin(spec, context)
   spec.process = spec.process or {}
   spec.process.cwd = context.platform == "windows" and "C:\\" or "/"
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

local function note_env(entries, option, origin)
   for _, entry in ipairs(entries or {}) do
      origin["process.env[" .. entry:match "^[^=]*" .. "]"] = option
   end
end

--- Each variable has a source of its own, the last of those that set it.
local function put_env(target, config, image, context)
   local of_files, unread
   if config.env_file then
      of_files, unread = require "neap.config.env_file".read(config.env_file, context.machine)
   end
   if unread then return nil, unread end
   local given = image.Env and #image.Env > 0 and image.Env or { PATH }
   local env = environment.merge(target.env or given, of_files, config.env)
   if target.terminal and not environment.has(env, "TERM") then
      env[#env + 1] = TERM
      note_env({ TERM }, "terminal", context.origin)
   end
   target.env = json.array(env)
   note_env(image.Env, "image", context.origin)
   note_env(of_files, "env_file", context.origin)
   note_env(config.env, "env", context.origin)
   return true
end

local function put_terminal(target, config, origin)
   if config.terminal ~= nil then
      target.terminal = config.terminal
      origin["process.terminal"] = "terminal"
   end
   if config.console_size then
      target.consoleSize = copy.deep(config.console_size)
      origin["process.consoleSize"] = "console_size"
   end
end

local function put_cwd(target, config, context)
   local image = not context.is_whole and context.image or {}
   local of_image = image.WorkingDir ~= "" and image.WorkingDir or nil
   target.cwd = config.cwd or of_image or target.cwd or "/"
   if config.cwd or of_image then
      context.origin["process.cwd"] = config.cwd and "cwd" or "image"
   end
end

local function put_args(target, config, context)
   if context.is_whole and target.args then return end
   target.args = arguments(config, context.image or {})
   context.origin["process.args"] = config.args and config.entrypoint and "entrypoint, args"
      or config.args and "args" or config.entrypoint and "entrypoint" or "image"
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

   put_terminal(target, config, context.origin)
   put_args(target, config, context)
   if not context.is_whole or config.env or config.env_file or not target.env then
      local ok, why = put_env(target, config, image, context)
      if not ok then return nil, why end
   end
   put_cwd(target, config, context)
   return true
end

--- The process of an exec: the container's own, with what the config changes.
---@param spec table        the container's, as containerd holds it
---@param config table      of config.exec
---@param context neap.spec.Context
---@return table? process
---@return string? why
function process.exec(spec, config, context)
   local made = { process = copy.deep(spec.process) or {} }
   local target = made.process

   target.args = json.array(copy.deep(config.args))
   target.commandLine = nil
   target.terminal = config.terminal or nil
   target.consoleSize = copy.deep(config.console_size)
   target.cwd = config.cwd or target.cwd or "/"
   local ok, why = put_env(target, config, {}, context)
   if ok then ok, why = strings.fit(target.args, target.env) end
   if ok then ok, why = user.apply(made, config, context) end
   if not ok then return nil, why end
   return target
end

return process
