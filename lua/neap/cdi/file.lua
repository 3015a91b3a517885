--- A file of the Container Device Interface, read and checked.

local core = require "neap.core"
local escape = require "neap.escape"
local schema = require "neap.cdi.schema"
local version = require "neap.cdi.version"

local file = {}

--- Is this the name of one?
---@param name string
---@return boolean
function file.is_one(name)
   return name:find "%.json$" ~= nil or name:find "%.yaml$" ~= nil
end

local function twice(content)
   local seen = {}
   for _, device in ipairs(content.devices) do
      if seen[device.name] then return device.name end
      seen[device.name] = true
   end
end

--- Check what a file says.
---@param content any
---@return table? content  the same
---@return string? why
function file.check(content)
   local ok, why = schema.file(content, "it")
   if ok then ok, why = version.check(content) end
   if not ok then return nil, why end
   local name = twice(content)
   if name then return nil, ("devices: %s is there twice"):format(escape.show(name)) end
   return content
end

--- Read one.
---@param machine neap.Machine
---@param path string
---@return table? content
---@return string? why
function file.read(machine, path)
   local text, unread = machine.read(path)
   if not text then return nil, unread or "cannot be read" end
   local decode = path:find "%.yaml$" and core.yaml.decode or core.json.decode
   local content, err = decode(text)
   if err then return nil, err.message end
   return file.check(content)
end

return file
