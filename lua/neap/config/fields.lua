--- The fields of a config, and the check of each.
--
-- A check takes the value and the context and answers with the normalized
-- value, or nil, what is wrong, and the system's error name where there is one.
-- What is wrong begins with the field's name.

local capabilities = require "neap.config.capabilities"
local defaults = require "neap.defaults"
local duration = require "neap.duration"
local environment = require "neap.config.environment"
local escape = require "neap.escape"
local id = require "neap.id"
local labels = require "neap.labels"
local log_settings = require "neap.logs.settings"
local mounts = require "neap.config.mounts"
local path = require "neap.path"
local rootfs = require "neap.config.rootfs"
local signal = require "neap.signal"
local size = require "neap.size"
local strings = require "neap.config.strings"
local ulimits = require "neap.config.ulimits"
local user = require "neap.config.user"
local userns = require "neap.config.userns"
local values = require "neap.config.values"

--- Put the field's name before what a check says.
local function named(name, check)
   return function(value, context)
      local checked, why, errno = check(value, context)
      if checked == nil then return nil, ("%s: %s"):format(name, why), errno end
      return checked
   end
end

local function args(value)
   local list, why = strings.list(value, "args")
   if not list then return nil, why end
   if #list == 0 then return nil, "args: the list is empty (at least the command)" end
   if list[1] == "" then return nil, "args[1]: the command is empty" end
   return list
end

local function cwd(value, context)
   local text, why = strings.one(value)
   if not text then return nil, why end
   local is_absolute = text:sub(1, 1) == "/"
      or context.platform == "windows" and text:find("^%a:[\\/]")
   if not is_absolute then
      return nil, ("%s is not absolute"):format(escape.show(value))
   end
   return text
end

local function hostname(value)
   local text, why = values.word(value)
   if not text then return nil, why end
   if #text > defaults.hostname_length then
      return nil, ("%s is %d characters long (at most %d)"):format(
         escape.show(value), #text, defaults.hostname_length
      )
   end
   return text
end

local function network(value)
   if value == "none" or value == "host" then return { kind = value } end
   local other = type(value) == "string" and value:match("^container:(.*)$")
   if not other then
      return nil, ('%s is not a network ("none", "host" or "container:ID")'):format(
         escape.show(value)
      )
   end
   local checked, why = id.parse(other)
   if not checked then return nil, why end
   return { kind = "container", id = checked }
end

local function sysctl(value)
   if type(value) ~= "table" then return nil, "sysctl: not a table by name" end
   local checked = {}
   for name, setting in pairs(value) do
      local is_good = type(name) == "string"
         and (type(setting) == "string" or type(setting) == "number")
      if not is_good then
         return nil, ("sysctl: %s = %s is not a name and a string"):format(
            escape.show(name), escape.show(setting)
         )
      end
      checked[name] = tostring(setting)
   end
   return checked
end

local function masked_paths(name)
   return function(value)
      local list, why = strings.list(value, name)
      if not list then return nil, why end
      for i, item in ipairs(list) do
         if not path.is_plain(item) then
            return nil, ("%s[%d]: %s is not an absolute path"):format(
               name, i, escape.show(item)
            )
         end
      end
      return list
   end
end

local function timeout(value)
   if value == false then return false end
   return duration.parse(value)
end

local function spec(value)
   if type(value) == "function" or type(value) == "table" then return value end
   return nil, ("%s is neither a function nor a whole spec"):format(escape.show(value))
end

--- Fields that every process has, an exec too.
local process = {
   id = named("id", id.parse),
   args = args,
   env = environment.parse,
   cwd = named("cwd", cwd),
   user = named("user", user.parse),
   terminal = named("terminal", values.boolean),
}

--- Fields that only a container has. Limits are resources', apart.
local container = {
   image = named("image", values.word),
   rootfs = named("rootfs", rootfs.parse),
   snapshotter = named("snapshotter", values.word),
   entrypoint = function(value) return strings.list(value, "entrypoint") end,
   hostname = named("hostname", hostname),
   labels = named("labels", function(value) return labels.parse(value) end),
   annotations = named("annotations", function(value) return labels.parse(value) end),
   mounts = mounts.parse,
   network = named("network", network),
   readonly = named("readonly", values.boolean),
   cap_add = function(value) return capabilities.parse(value, "cap_add") end,
   cap_drop = function(value) return capabilities.parse(value, "cap_drop") end,
   no_new_privileges = named("no_new_privileges", values.boolean),
   masked_paths = masked_paths "masked_paths",
   readonly_paths = masked_paths "readonly_paths",
   sysctl = sysctl,
   ulimits = ulimits.parse,
   shm_size = named("shm_size", size.parse),
   oom_score_adj = named("oom_score_adj", values.integer(-1000, 1000)),
   userns = userns.parse,
   runtime = named("runtime", values.word),
   runtime_options = named("runtime_options", function(value)
      if type(value) == "table" then return value end
      return nil, ("%s is not a table"):format(escape.show(value))
   end),
   stop_signal = named("stop_signal", signal.parse),
   log = log_settings.parse,
   spec = named("spec", spec),
}

--- Fields that bound a run or an exec.
local bounds = {
   timeout = named("timeout", timeout),
   limit = named("limit", size.parse),
   drain = named("drain", duration.parse),
}

return {
   process = process,
   container = container,
   bounds = bounds,
   --- What other tools call the same.
   other_words = {
      name = "id", command = "args", cmd = "args", environment = "env",
      workdir = "cwd", working_dir = "cwd", tty = "terminal", volumes = "mounts",
      volume = "mounts", label = "labels", read_only = "readonly", net = "network",
      mem_limit = "memory", rlimits = "ulimits", sysctls = "sysctl", root = "rootfs",
   },
}
