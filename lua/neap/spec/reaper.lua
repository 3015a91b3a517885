--- Who is process 1, where the command is not to be: an init, which passes signals
--- on and reaps what nobody waits for.
--
-- As docker does it: the host's tini, bound read-only, before the arguments and
-- "--". docker binds it at /sbin/docker-init, for which runc makes a file in the
-- root directory; in a /dev that is the container's own it leaves nothing.

local json = require "neap.json"
local mounts = require "neap.spec.mounts"

local reaper = { options = { "init" }, paths = {} }

local IN_DEV <const>, IN_ROOT <const> = "/dev/init", "/sbin/docker-init"

local function place(list)
   local dev = mounts.find(list, "/dev")
   return dev and dev.type == "tmpfs" and IN_DEV or IN_ROOT
end

local function has_own_pids(spec)
   for _, namespace in ipairs(spec.linux.namespaces or {}) do
      if namespace.type == "pid" then return namespace.path == nil end
   end
   return false
end

---@param spec table
---@param config table
---@param context neap.spec.Context
---@return true? ok
---@return string? why
function reaper.apply(spec, config, context)
   if not config.init then return true end
   if not has_own_pids(spec) then
      return nil, "init: it would not be process 1 (the container has no pid namespace of its own)"
   end
   spec.mounts = spec.mounts or {}
   local destination = place(spec.mounts)
   if mounts.find(spec.mounts, destination) then
      return nil, ("init: its place, %s, is a mount's"):format(destination)
   end
   mounts.put(spec.mounts, {
      destination = destination, type = "bind", source = config.init, options = { "bind", "ro" },
   })
   context.origin["mounts[" .. destination .. "]"] = "init"

   local args = spec.process.args or {}
   if #args == 0 then return true end -- which is refused, with or without an init
   spec.process.args = json.array(table.move(args, 1, #args, 3, { destination, "--" }))
   local of_args = context.origin["process.args"]
   context.origin["process.args"] = of_args and of_args .. ", init" or "init"
   return true
end

return reaper
