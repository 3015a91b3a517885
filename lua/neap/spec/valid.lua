--- Is a finished spec one that the runtime takes? The OCI runtime-spec's rules,
--- asked before anything is sent, whoever wrote the spec.
--
-- Each field by itself is neap.spec.schema's; here is what they say together, as
-- runc 1.1 wants it (libcontainer/configs/validate, libcontainer/specconv).

local escape = require "neap.escape"
local fields = require "neap.fields"
local json = require "neap.json"
local strings = require "neap.config.strings"
local sysctls = require "neap.sysctls"

local valid = {}

local function given(value)
   if value ~= json.null then return value end
end

--- { pid = true, … }: the namespaces that are not the host's.
local function namespaces_of(linux)
   local own = {}
   for _, namespace in ipairs(given(linux.namespaces) or {}) do
      own[namespace.type] = given(namespace.path) or true
   end
   return own
end

--- Without a mount namespace runc mounts on the host, and the mounts stay there.
local function check_mount(_, _, own)
   if own.mount then return end
   return 'linux.namespaces: {type="mount"} is missing (it would mount on the host)'
end

local function check_names(spec, _, own)
   for _, name in ipairs { "hostname", "domainname" } do
      local value = given(spec[name])
      if value and value ~= "" and not own.uts then
         return ("%s: %s needs a uts namespace of the container's own"):format(
            name, escape.show(value)
         )
      end
   end
end

local function check_mappings(_, linux, own)
   for _, name in ipairs { "uidMappings", "gidMappings" } do
      local count = #(given(linux[name]) or {})
      if count > 0 and not own.user then
         return ('linux.%s: mappings need a namespace {type="user"}'):format(name)
      end
      if count == 0 and own.user == true then
         return ("linux.%s: missing (a user namespace has mappings)"):format(name)
      end
   end
end

local function check_sysctl(_, linux, own)
   local all = given(linux.sysctl)
   for _, name in ipairs(all and fields.names(all) or {}) do
      local plain, namespace = sysctls.plain(name), sysctls.namespace(name)
      local where = ("linux.sysctl[%s]: "):format(escape.text(name))
      if not namespace then
         return ("%sthe parameter is the whole machine's (%s)"):format(where, sysctls.allowed)
      end
      if not own[namespace] then
         return where .. ("the parameter is the host's without a %s namespace of its own")
            :format(namespace)
      end
      if plain == "kernel.hostname" then return where .. "hostname is what sets it" end
   end
end

local function check_devices(_, linux)
   for i, device in ipairs(given(linux.devices) or {}) do
      local needs_numbers = device.type ~= "p"
      if needs_numbers and not (given(device.major) and given(device.minor)) then
         return ("linux.devices[%d]: major and minor are missing"):format(i)
      end
   end
end

local RULES <const> = { check_mount, check_names, check_mappings, check_sysctl, check_devices }

--- Check what a process runs.
---@param process table
---@param platform? string
---@return true? ok
---@return string? why
function valid.command(process, platform)
   if platform == "windows" and given(process.commandLine) then return true end
   local args = given(process.args) or {}
   if #args == 0 then
      return nil, "args: missing (neither the config nor the image names a command)"
   end
   return strings.fit(args, given(process.env))
end

--- Check the process of an exec.
---@param process table
---@return true? ok
---@return string? why
function valid.process(process)
   local why, where = require "neap.spec.schema".process(process)
   if why then return nil, ("spec.process%s: %s"):format(where, why) end
   return valid.command(process)
end

--- Check what the fields of a spec say together, each being right by itself.
---@param spec table
---@param platform? string
---@return true? ok
---@return string? why
function valid.together(spec, platform)
   local ok, no_command = valid.command(spec.process, platform)
   if not ok then return nil, no_command end
   if platform == "windows" then return true end

   local linux = given(spec.linux) or {}
   local own = namespaces_of(linux)
   for _, rule in ipairs(RULES) do
      local wrong = rule(spec, linux, own)
      if wrong then return nil, "spec." .. wrong end
   end
   return true
end

--- Check a spec. An empty table where a list belongs becomes one.
---@param spec table
---@param platform? string  "linux" (default) or "windows", whose section is passed by
---@return true? ok
---@return string? why  "spec.process.cwd: ..."
function valid.check(spec, platform)
   local why, where = require "neap.spec.schema"[platform or "linux"](spec)
   if why then return nil, ("spec%s: %s"):format(where, why) end
   return valid.together(spec, platform)
end

return valid
