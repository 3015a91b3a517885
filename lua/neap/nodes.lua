--- Device nodes of the host, as the OCI runtime spec's linux.devices has them.

local escape = require "neap.escape"
local path = require "neap.path"

local nodes = {}

---@class neap.Node  one of linux.devices
---@field path string       inside
---@field type "b"|"c"
---@field major integer
---@field minor integer
---@field fileMode integer  permissions alone
---@field uid integer
---@field gid integer

--- What has a node of the container's own, or is none to be copied.
local LEFT_OUT <const> = { pts = true, shm = true, fd = true, mqueue = true }

local function make(found, inside)
   return {
      path = inside, type = found.device, major = found.major, minor = found.minor,
      fileMode = found.mode & 511, uid = found.uid, gid = found.gid, -- 0777
   }
end

local function walk(machine, directory, inside, list)
   local names = machine.list(directory) or {}
   table.sort(names)
   for _, name in ipairs(names) do
      local host = path.absolute(name, directory)
      local found = machine.lstat(host)
      local place = path.absolute(name, inside)
      if found and found.type == "directory" and not LEFT_OUT[name] then
         walk(machine, host, place, list)
      elseif found and found.device then
         list[#list + 1] = make(found, place)
      end
   end
   return list
end

--- The device at a path, or every device in the directory there. Links are
--- followed to the path, and in the directory not at all, as docker does.
---@param machine neap.Machine
---@param host string
---@param inside string  where it is in the container
---@return neap.Node[]? nodes
---@return string? why  begins with the path
function nodes.at(machine, host, inside)
   local found, errno = machine.stat(host)
   if not found then
      return nil, ("%s %s"):format(escape.show(host), path.reason(errno))
   end
   if found.device then return { make(found, inside) } end
   if found.type ~= "directory" then
      return nil, ("%s is a %s, not a device"):format(escape.show(host), found.type)
   end
   local list = walk(machine, host, inside, {})
   if #list > 0 then return list end
   return nil, ("%s is a directory without a device in it"):format(escape.show(host))
end

return nodes
