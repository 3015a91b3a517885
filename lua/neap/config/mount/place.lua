--- Where in a container something may be mounted.
--
-- The runtime follows links below the container's root and never leads out of it;
-- here is what the path itself says. Below /proc runc mounts only what lxcfs
-- stands in for (libcontainer, checkProcMount), and mistrusts all else: what one
-- reads there decides who one is.

local escape = require "neap.escape"
local path = require "neap.path"

local place = {}

local STOOD_IN_FOR <const> = {
   ["/proc/cpuinfo"] = true, ["/proc/diskstats"] = true, ["/proc/meminfo"] = true,
   ["/proc/stat"] = true, ["/proc/swaps"] = true, ["/proc/uptime"] = true,
   ["/proc/loadavg"] = true, ["/proc/slabinfo"] = true, ["/proc/net/dev"] = true,
   ["/proc/sys/kernel/ns_last_pid"] = true, ["/proc/sys/crypto/fips_enabled"] = true,
}

--- Is it a file below /proc that the runtime binds to?
---@param destination string  plain
---@return boolean
function place.is_stood_in_for(destination)
   return STOOD_IN_FOR[destination] == true
end

local function has(options, wanted)
   for _, option in ipairs(options or {}) do
      if option == wanted then return true end
   end
   return false
end

--- Without devices nothing runs; the runtime makes none in what is mounted here.
local function check_dev(mount, context)
   if mount.destination ~= "/dev" then return true end
   if mount.type == "tmpfs" and has(mount.options, "nodev") then
      return nil, 'destination "/dev": no device can be opened there (the option "dev" allows it)'
   end
   if mount.type ~= "bind" and mount.type ~= "volume" then return true end
   local is_known = mount.type == "bind" and not context.fs
   if is_known or mount.type == "bind" and context.fs.stat(mount.source .. "/null") then
      return true
   end
   return nil, 'destination "/dev": the runtime needs a device "null" there'
end

local function check_proc(mount)
   local destination = mount.destination
   if destination == "/proc" then
      local is_proc = mount.type == "proc" or mount.type == "bind" and mount.source == "/proc"
      if is_proc then return true end
      return nil, 'destination "/proc": only a proc is mounted there'
   end
   if destination:sub(1, 6) ~= "/proc/" then return true end
   if mount.type == "bind" and STOOD_IN_FOR[destination] then return true end
   return nil, ("destination %s is inside /proc, where nothing is mounted (but a file "
      .. "bound to one such as /proc/meminfo)"):format(escape.show(destination))
end

--- Make a destination plain, as text: ".." takes away what is before it.
---@param destination any
---@return string? plain
---@return string? why
function place.parse(destination)
   if type(destination) ~= "string" or destination:sub(1, 1) ~= "/"
      or path.clean(destination) == "/" then
      return nil, ('destination %s is not an absolute path below "/"'):format(
         escape.show(destination)
      )
   end
   return path.clean(destination)
end

--- Check a whole mount for its place.
---@param mount table
---@param context neap.config.Context
---@return true? ok
---@return string? why
function place.check(mount, context)
   local ok, why = check_proc(mount)
   if not ok then return nil, why end
   return check_dev(mount, context)
end

return place
