--- How what is mounted later, below a bind mount, gets from one side to the other
--- (mount_namespaces(7)).
--
-- Only a mount that is shared on the host passes anything on, and in the container
-- only below a root that lets it pass (OCI: linux.rootfsPropagation). Both as docker
-- does it: it refuses a source whose mount is not shared (or a slave), and opens the
-- root as far as its mounts ask.

local escape = require "neap.escape"

local propagation = {}

local NEEDS <const> = {
   shared = "shared", rshared = "shared", slave = "slave", rslave = "slave",
}

--- What a root that is this lets pass already.
local OPEN <const> = {
   shared = { shared = true, rshared = true },
   slave = { shared = true, rshared = true, slave = true, rslave = true },
}
local ROOT <const> = { shared = "shared", slave = "rslave" }

--- Spaces in a path are written \040.
local function unescape(text)
   return (text:gsub("\\(%d%d%d)", function(digits) return string.char(tonumber(digits, 8)) end))
end

local function is_within(place, path)
   return place == "/" or path == place or path:sub(1, #place + 1) == place .. "/"
end

--- Find the mount a path lies in, by /proc/self/mountinfo (proc(5)).
---@param mountinfo string
---@param path string  absolute, without links
---@return string? place    where it is mounted
---@return string? tags     "shared:1 master:2"
function propagation.mount_of(mountinfo, path)
   local found, tags
   for line in mountinfo:gmatch "[^\n]+" do
      local place, rest = line:match "^%S+ %S+ %S+ %S+ (%S+) %S+(.-) %- "
      place = place and unescape(place)
      -- The last one of two at the same place is on top.
      local is_nearer = place and is_within(place, path) and (not found or #place >= #found)
      if is_nearer then found, tags = place, rest end
   end
   return found, tags
end

local function check_source(mount, needed, context)
   local info = context.machine.read "/proc/self/mountinfo"
   if not info then return true end -- the runtime is to say
   local source = context.machine.realpath and context.machine.realpath(mount.source)
      or mount.source
   local place, tags = propagation.mount_of(info, source)
   if not place then return true end
   local is_shared = tags:find("shared:", 1, true) ~= nil
   local is_slave = tags:find("master:", 1, true) ~= nil
   if is_shared or needed == "slave" and is_slave then return true end
   return nil, ("source %s is mounted on %s, which is no shared%s mount"):format(
      escape.show(source), escape.show(place), needed == "slave" and " or slave" or ""
   )
end

local function needed_by(mount)
   local needed
   for _, option in ipairs(mount.options or {}) do needed = NEEDS[option] or needed end
   return mount.type == "bind" and needed or nil
end

--- Check the sources of what is to propagate, and open the root for it.
---@param spec table
---@param list table[]  the mounts of a config
---@param context neap.spec.Context
---@return true? ok
---@return string? why
function propagation.apply(spec, list, context)
   for _, mount in ipairs(list) do
      local needed = needed_by(mount)
      if needed then
         local ok, why = check_source(mount, needed, context)
         if not ok then return nil, ("mounts[%s]: %s"):format(mount.destination, why) end
         if not OPEN[needed][spec.linux.rootfsPropagation] then
            spec.linux.rootfsPropagation = ROOT[needed]
            context.origin["linux.rootfsPropagation"] = "mounts"
         end
      end
   end
   return true
end

return propagation
