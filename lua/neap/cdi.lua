--- Devices of the Container Device Interface: what vendors say in files, one a
-- kind, of how a container is given their devices. The name of one is
-- "vendor/class=name"; "vendor/class=all" is every one, where none is called so.
--
-- A file that cannot be used hinders none of the others. Of two files that know
-- the same device the one of the later directory counts; in one directory there
-- must not be two.

local escape = require "neap.escape"
local file = require "neap.cdi.file"
local nearest = require "neap.nearest"
local names_of = require "neap.fields".names

local cdi = {}

---@class neap.cdi.Device
---@field name string   qualified
---@field path string   of the file
---@field edits table   its own containerEdits
---@field shared table? the file's, for any of its devices, once
---@field rival string? another file in the same directory that knows it

local function add_file(found, path, content)
   for _, device in ipairs(content.devices) do
      local name = content.kind .. "=" .. device.name
      local rival = found.here[name]
      found.here[name] = path
      found.devices[name] = {
         name = name, path = path, edits = device.containerEdits,
         shared = content.containerEdits, rival = rival,
      }
   end
end

local function read_directory(found, machine, directory)
   local list = machine.list(directory) or {}
   table.sort(list)
   found.here = {}
   for _, name in ipairs(list) do
      local path = directory .. "/" .. name
      if file.is_one(name) then
         local content, why = file.read(machine, path)
         if content then
            add_file(found, path, content)
         else
            table.insert(found.troubles, ("%s: %s"):format(escape.text(path), why))
         end
      end
   end
end

local function every(devices, name)
   local kind = name:match "^(.*=)all$"
   local list = {}
   for _, other in ipairs(kind and names_of(devices) or {}) do
      if other:sub(1, #kind) == kind then list[#list + 1] = devices[other] end
   end
   return #list > 0 and list or nil
end

local function unknown(found, name, directories)
   local troubles = #found.troubles > 0
      and "; of the files there cannot be used " .. table.concat(found.troubles, "; ") or ""
   return ("%s is not a CDI device%s (by the files in %s%s)"):format(
      escape.show(name), nearest.hint(name, names_of(found.devices)),
      table.concat(directories, ", "), troubles
   )
end

--- Find the devices of these names, in their order.
---@param machine neap.Machine
---@param directories string[]  the last goes first
---@param names string[]
---@return neap.cdi.Device[]? devices
---@return string? why
function cdi.find(machine, directories, names)
   local found = { devices = {}, troubles = {} }
   for _, directory in ipairs(directories) do read_directory(found, machine, directory) end

   local list, taken = {}, {}
   for _, name in ipairs(names) do
      local one = found.devices[name]
      local devices = one and { one } or every(found.devices, name)
      if not devices then return nil, unknown(found, name, directories) end
      for _, device in ipairs(devices) do
         if device.rival then
            return nil, ("%s is in two files: %s and %s"):format(
               escape.show(device.name), escape.text(device.rival), escape.text(device.path)
            )
         end
         if not taken[device.name] then list[#list + 1] = device end
         taken[device.name] = true
      end
   end
   return list
end

return cdi
