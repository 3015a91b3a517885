--- What a CDI file's containerEdits make of a spec: the CDI specification's
--- "OCI Edits", as its Go library (pkg/cdi/container-edits.go) makes them.

local copy = require "neap.copy"
local devices = require "neap.spec.devices"
local environment = require "neap.config.environment"
local escape = require "neap.escape"
local json = require "neap.json"
local mounts = require "neap.spec.mounts"
local path = require "neap.path"

local edits = {}

local function put_env(spec, list, context)
   spec.process.env = json.array(environment.merge(spec.process.env, list))
   for _, entry in ipairs(list) do
      context.origin["process.env[" .. entry:match "^[^=]*" .. "]"] = "devices"
   end
end

--- What the file leaves out, the host's device says.
local function complete(node, machine)
   local host = node.hostPath or node.path
   if node.type and (node.major or 0) ~= 0 then return node.type, node.major, node.minor or 0 end
   local found, errno = machine.stat(host)
   if not found then
      return nil, ("%s %s"):format(escape.show(host), path.reason(errno))
   end
   if not found.device then
      return nil, ("%s is a %s, not a device"):format(escape.show(host), found.type)
   end
   local wanted = node.type == "u" and "c" or node.type
   if wanted and wanted ~= found.device then
      return nil, ("%s is a device of type %s, not %s"):format(
         escape.show(host), found.device, node.type
      )
   end
   return found.device, found.major, found.minor
end

--- Who does not say whose the node is means the container's user.
local function owner(given, of_process)
   return given or (of_process or 0) > 0 and of_process or nil
end

local function put_node(spec, node, context)
   if node.type == "p" then
      devices.put(spec, { path = node.path, type = "p", fileMode = node.fileMode,
         uid = node.uid, gid = node.gid })
      return true
   end
   local kind, major, minor = complete(node, context.machine)
   if not kind then return nil, major end
   local user = spec.process.user or {}
   devices.give(spec, {
      path = node.path, type = kind, major = major, minor = minor, fileMode = node.fileMode,
      uid = owner(node.uid, user.uid), gid = owner(node.gid, user.gid),
   }, node.hostPath or node.path, node.permissions or "rwm", context)
   return true
end

local function put_mounts(spec, list, context)
   if #list == 0 then return end
   spec.mounts = spec.mounts or {}
   for _, mount in ipairs(list) do
      mounts.put(spec.mounts, {
         source = mount.hostPath, destination = path.absolute(mount.containerPath),
         type = mount.type, options = mount.options,
      })
      context.origin["mounts[" .. path.absolute(mount.containerPath) .. "]"] = "devices"
   end
   mounts.sort(spec.mounts)
end

local function put_hooks(spec, list, context)
   for _, hook in ipairs(list) do
      spec.hooks = spec.hooks or {}
      local of_stage = spec.hooks[hook.hookName] or {}
      spec.hooks[hook.hookName] = of_stage
      of_stage[#of_stage + 1] = copy.deep {
         path = hook.path, args = hook.args, env = hook.env, timeout = hook.timeout,
      }
      context.origin["hooks." .. hook.hookName] = "devices"
   end
end

local function put_groups(spec, list, context)
   if #list == 0 then return end
   local user = spec.process.user or {}
   spec.process.user = user
   local groups, has = user.additionalGids or {}, {}
   for _, gid in ipairs(groups) do has[gid] = true end
   for _, gid in ipairs(list) do
      if gid ~= 0 and not has[gid] then
         groups[#groups + 1], has[gid] = gid, true
      end
   end
   user.additionalGids = groups
   context.origin["process.user.additionalGids"] = "devices"
end

--- What the runtime-spec knows since 1.3 only, runtimes of now leave out silently.
local function find_too_new(made)
   local rdt = made.intelRdt or {}
   return #(made.netDevices or {}) > 0 and "netDevices" or rdt.schemata and "intelRdt.schemata"
      or rdt.enableMonitoring and "intelRdt.enableMonitoring"
end

--- Put the edits into a spec.
---@param spec table
---@param made table  containerEdits, checked
---@param context neap.spec.Context
---@return true? ok
---@return string? why
function edits.apply(spec, made, context)
   local too_new = find_too_new(made)
   if too_new then
      return nil, ("%s: needs a runtime that knows the runtime-spec 1.3"):format(too_new)
   end
   put_env(spec, made.env or {}, context)
   for _, node in ipairs(made.deviceNodes or {}) do
      local ok, why = put_node(spec, node, context)
      if not ok then return nil, why end
   end
   put_mounts(spec, made.mounts or {}, context)
   put_hooks(spec, made.hooks or {}, context)
   put_groups(spec, made.additionalGids or {}, context)
   if made.intelRdt then
      spec.linux.intelRdt = copy.deep(made.intelRdt)
      context.origin["linux.intelRdt"] = "devices"
   end
   return true
end

return edits
