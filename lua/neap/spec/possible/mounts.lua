--- Mounts of a finished spec that runc 1.1 fails at: at /proc and below it, and at
--- /dev (libcontainer: checkProcMount, utils.CloseExecFrom, reOpenDevNull).
--
-- Where a destination is, links in the rootfs decide: "/data" may be a link to
-- "/proc". They are followed as runc does, but not where an earlier mount hides them.

local json = require "neap.json"
local escape = require "neap.escape"
local place = require "neap.config.mount.place"

local mounts = {}

local MOST_LINKS <const> = 40

local function is_covered(at, points)
   for _, point in ipairs(points) do
      if at == point or at:sub(1, #point + 1) == point .. "/" then return true end
   end
   return false
end

local function push(left, text)
   local names = {}
   for name in text:gmatch "[^/]+" do table.insert(names, 1, name) end
   table.move(names, 1, #names, #left + 1, left)
end

--- Where in the container a destination is; nil: nobody can tell.
local function resolve(destination, root, points, machine)
   local left, at, links = {}, "", 0
   push(left, destination)
   while #left > 0 do
      local name = table.remove(left)
      local there = at .. "/" .. name
      local is_step = name == "." or name == ".."
      local target = not is_step and root and not is_covered(there, points)
         and machine.readlink(root .. there)
      links = links + (target and 1 or 0)
      if links > MOST_LINKS then return nil end
      if target then
         push(left, target)
         if target:sub(1, 1) == "/" then at = "" end
      elseif name == ".." then
         at = at:match "^(.*)/" or ""
      elseif name ~= "." then
         at = there
      end
   end
   return at == "" and "/" or at
end

local function has(mount, ...)
   for _, option in ipairs(mount.options or {}) do
      for _, wanted in ipairs { ... } do
         if option == wanted then return true end
      end
   end
   return false
end

local function is_bind(mount) return mount.type == "bind" or has(mount, "bind", "rbind") end

--- File systems that are certainly no proc.
local OTHER <const> = { tmpfs = true, sysfs = true, mqueue = true, cgroup = true, devpts = true }

local function is_directory(machine, source)
   local found = type(source) == "string" and source:sub(1, 1) == "/" and machine.stat(source)
   return found and found.type == "directory"
end

local function check_proc(mount, machine)
   local is_other = OTHER[mount.type]
   if is_bind(mount) then
      local source = mount.source
      is_other = is_directory(machine, source) and not machine.exists(source .. "/self")
         and not machine.exists(source .. "/uptime")
   end
   return is_other and "only a proc is mounted at /proc" or nil
end

--- The last of them counts.
local function allows_devices(mount)
   local allows = true
   for _, option in ipairs(mount.options or {}) do
      if option == "nodev" or option == "dev" then allows = option == "dev" end
   end
   return allows
end

local function check_dev(mount, machine)
   if is_bind(mount) then
      local is_lacking = is_directory(machine, mount.source)
         and not machine.exists(mount.source .. "/null")
      return is_lacking and 'the runtime needs a device "null" at /dev' or nil
   end
   if mount.type ~= "tmpfs" or allows_devices(mount) then return end
   return 'no device can be opened at /dev (the option "dev" allows it)'
end

local function has_user_namespace(spec)
   for _, namespace in ipairs(spec.linux.namespaces or {}) do
      if namespace.type == "user" then return true end
   end
   return false
end

local function describe(mount, at, why)
   local leads = at ~= mount.destination and (" leads to %s, and"):format(escape.text(at)) or ""
   return ("mounts[%s]:%s %s"):format(escape.text(mount.destination), leads, why)
end

--- Check the mounts of a spec whose shape is right.
---@param spec table
---@param root? string  the rootfs, where it can be looked at
---@param machine neap.Machine
---@return string? why  "mounts[/proc]: ..."
function mounts.check(spec, root, machine)
   local points, last = {}, {}
   for _, mount in ipairs(spec.mounts ~= json.null and spec.mounts or {}) do
      local at = resolve(mount.destination, root, points, machine)
      if at then
         local is_hidden = at:sub(1, 6) == "/proc/" and is_bind(mount)
            and not place.is_stood_in_for(at)
         if is_hidden then
            return describe(mount, at, "is inside /proc, where nothing is bound (but to a file "
               .. "such as /proc/meminfo)")
         end
         points[#points + 1], last[at] = at, mount
      end
   end
   for at, check in pairs { ["/proc"] = check_proc, ["/dev"] = check_dev } do
      local is_open = at == "/dev" and (last["/dev/null"] or has_user_namespace(spec))
      local why = last[at] and not has(last[at], "remount") and not is_open
         and check(last[at], machine)
      if why then return describe(last[at], at, why) end
   end
end

return mounts
