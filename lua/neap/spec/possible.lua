--- What a finished spec asks for that this machine cannot do, and runc 1.1 finds out
--- when the container starts. Nothing is refused here that it would take. Of other
--- runtimes nothing is known here: a virtual machine's kernel is its own.

local escape = require "neap.escape"
local fields = require "neap.fields"
local json = require "neap.json"
local path = require "neap.path"

local possible = {}

local LINE <const> = 4096 -- the kernel reads its parameters in no larger pieces

local function given(value)
   if value ~= json.null then return value end
end

--- Is a container of this runtime runc's? It names a shim by its end, or by
--- its path (neap.config.life).
---@param runtime? string
---@return boolean
function possible.is_known(runtime)
   return not runtime or runtime:find "^[^/]+%.runc%.v%d$" ~= nil
      or runtime:find "/containerd%-shim%-runc%-v%d$" ~= nil
end

--- Interfaces come and go: what is below theirs is known for those that all have.
local ALWAYS <const> = { all = true, default = true, lo = true }

local function is_of_some_interface(file)
   local kind, interface = file:match "^net/%w+/(%l+)/([^/]+)"
   if kind ~= "conf" and kind ~= "neigh" then return false end
   return interface ~= nil and not ALWAYS[interface]
end

--- Does the container have new namespaces, which have no more than this one's?
local function has_new(spec, kind)
   for _, namespace in ipairs(given(spec.linux.namespaces) or {}) do
      if namespace.type == kind then return not given(namespace.path) end
   end
   return false
end

--- A parameter that is not there. runc takes each dot for a slash.
local function find_parameter(spec, machine)
   local sysctls = require "neap.sysctls"
   for _, name in ipairs(fields.names(given(spec.linux.sysctl) or {})) do
      local file = path.absolute("/" .. name:gsub("%.", "/")):sub(2)
      local is_there = is_of_some_interface(file) or machine.exists("/proc/sys/" .. file)
      if not is_there and has_new(spec, sysctls.namespace(name)) then return name, file end
   end
end

--- RLIMIT_NOFILE is the one that nobody raises above a bound of the kernel's.
local function find_rlimit(rlimits, machine)
   for _, rlimit in ipairs(given(rlimits) or {}) do
      if rlimit.type == "RLIMIT_NOFILE" then
         local text = machine.read("/proc/sys/fs/nr_open", LINE) or ""
         local most = math.tointeger(tonumber(text:match "^[1-9]%d*"))
         local hard = math.type(rlimit.hard) and math.tointeger(rlimit.hard)
         if most and (not hard or hard > most) then
            return ("%s is above what the kernel gives (fs.nr_open, %d)"):format(
               hard or "unlimited", most
            )
         end
      end
   end
end

--- Check the limits of a process.
---@param process table  whose shape is right
---@param machine neap.Machine
---@param option? string  what said it, for the message
---@return string? why
function possible.process(process, machine, option)
   local why = find_rlimit(process.rlimits, machine)
   return why and ("%s: %s"):format(option or "spec.process.rlimits[RLIMIT_NOFILE]", why)
end

local function check_sysctl(spec, config, machine)
   local name, file = find_parameter(spec, machine)
   if not name then return end
   local where = (config.sysctl or {})[name] and "sysctl" or "spec.linux.sysctl"
   return ("%s[%s]: the kernel has no such parameter (/proc/sys/%s)"):format(
      where, escape.text(name), escape.text(file)
   )
end

local function root_of(spec, config)
   local root = config.rootfs or spec.root and spec.root.path
   return type(root) == "string" and root:sub(1, 1) == "/" and root or nil
end

--- Check a valid spec of a container of runc's.
---@param spec table
---@param config table
---@param machine neap.Machine
---@param is_foreign boolean  did others than the options write it?
---@return string? why
function possible.check(spec, config, machine, is_foreign)
   local option = not is_foreign and config.ulimits and "ulimits.nofile" or nil
   local why = possible.process(spec.process, machine, option)
   if why or not given(spec.linux) then return why end
   why = check_sysctl(spec, config, machine)
   if why then return why end
   if is_foreign and given(spec.linux.resources) then
      why = require "neap.spec.possible.limits".check(spec.linux.resources, machine)
      if why then return "spec.linux.resources." .. why end
   end
   if is_foreign or config.mounts or config.tmpfs then
      why = require "neap.spec.possible.mounts".check(spec, root_of(spec, config), machine)
      return why and "spec." .. why
   end
end

return possible
