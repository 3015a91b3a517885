--- The containers whose namespaces another one joins: their processes are found
--- when it is made.

local core = require "neap.core"
local failure = require "neap.error"
local outline = require "neap.outline"

local joining = {}

local OPTIONS <const> = { "network", "pid", "ipc", "uts", "cgroupns", "userns" }

---@class neap.spec.Joined
---@field pid integer
---@field linux? table  uidMappings and gidMappings of its spec, where those are asked for

local function refuse(config, code, message)
   return nil, failure.new {
      code = code, op = "container.create", id = config.id, message = message,
   }
end

local function mappings(config, other)
   local spec = outline.of(other)
   local linux = spec and spec.linux or {}
   if linux.uidMappings and #linux.uidMappings > 0 then return linux end
   return refuse(config, "failed_precondition",
      ("userns: container %q has no user namespace of its own"):format(other.id))
end

--- What this client knows costs no call; what it does not, two.
local function find(client, config, option, id)
   local other, absent = core.container_known(client, id), nil
   if not other then other, absent = core.container_load(client, id) end
   if not other then return nil, absent end
   local task, stopped = other:task()
   if not task then return nil, stopped end
   if task.pid == 0 or task:status() ~= "running" then
      return refuse(config, "failed_precondition",
         ("%s: container %q does not run"):format(option, id))
   end
   return { pid = task.pid, other = other }
end

--- The containers that a config joins, each once.
---@param config table
---@return string[] ids
function joining.ids(config)
   local ids, known = {}, {}
   for _, option in ipairs(OPTIONS) do
      local wanted = config[option]
      local id = wanted and wanted.kind == "container" and wanted.id
      if id and not known[id] then
         known[id] = true
         ids[#ids + 1] = id
      end
   end
   return ids
end

--- Find them, each once.
---@param client neap.Client?  nil: nobody is asked, and each process is 0
---@param config table
---@return table<string, neap.spec.Joined>? joined  by id
---@return neap.Error? err
function joining.find(client, config)
   local joined = {}
   for _, option in ipairs(OPTIONS) do
      local wanted = config[option]
      local id = wanted and wanted.kind == "container" and wanted.id
      if id and not joined[id] then
         local found, err = { pid = 0, linux = {} }, nil
         if client then found, err = find(client, config, option, id) end
         if not found then return nil, err end
         joined[id] = found
      end
      if id and option == "userns" and client then
         local linux, err = mappings(config, joined[id].other)
         if not linux then return nil, err end
         joined[id].linux = linux
      end
   end
   return joined
end

return joining
