--- Which version of the Container Device Interface a file needs for what it says.
-- A reader that knows only the version it claims would leave out the rest.

local escape = require "neap.escape"

local version = {}

local ORDER <const> = {
   "0.1.0", "0.2.0", "0.3.0", "0.4.0", "0.5.0", "0.6.0", "0.7.0", "0.8.0", "1.0.0", "1.1.0",
}
local place = {}
for i, name in ipairs(ORDER) do place[name] = i end

local function any(list, is_new)
   for _, item in ipairs(list or {}) do
      if is_new(item) then return true end
   end
   return false
end

--- What each version brought, of the edits.
local EDITS <const> = {
   ["0.4.0"] = function(edits)
      return any(edits.mounts, function(mount) return mount.type end)
   end,
   ["0.5.0"] = function(edits)
      return any(edits.deviceNodes, function(node) return node.hostPath end)
   end,
   ["0.7.0"] = function(edits)
      return edits.intelRdt or #(edits.additionalGids or {}) > 0
   end,
   ["1.1.0"] = function(edits)
      local rdt = edits.intelRdt or {}
      return #(edits.netDevices or {}) > 0 or rdt.schemata or rdt.enableMonitoring
   end,
}

--- And of the devices themselves, or the whole file.
local REST <const> = {
   ["0.5.0"] = function(file)
      return any(file.devices, function(device) return device.name:find "^%d" end)
   end,
   ["0.6.0"] = function(file)
      return file.annotations or file.kind:match("/(.*)$"):find(".", 1, true)
         or any(file.devices, function(device) return device.annotations end)
   end,
}

local function is_needed(name, file)
   if REST[name] and REST[name](file) then return true end
   local edits = EDITS[name]
   if not edits then return false end
   return edits(file.containerEdits or {})
      or any(file.devices, function(device) return edits(device.containerEdits) end)
end

--- Check that a file claims a version that there is, and that has what it says.
---@param file table  of neap.cdi.schema
---@return true? ok
---@return string? why
function version.check(file)
   local claimed = place[file.cdiVersion]
   if not claimed then
      return nil, ("cdiVersion: %s is not known (%s to %s)"):format(
         escape.show(file.cdiVersion), ORDER[1], ORDER[#ORDER]
      )
   end
   for i = #ORDER, claimed + 1, -1 do
      if is_needed(ORDER[i], file) then
         return nil, ("cdiVersion: %s, but what it says needs %s"):format(
            file.cdiVersion, ORDER[i]
         )
      end
   end
   return true
end

return version
