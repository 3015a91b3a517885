--- The processes whose namespaces a container joins.
--
-- A spec has them by number (/proc/PID/ns/net), and numbers are used again: when the
-- container that was joined has ended, another process may have it, on the host
-- perhaps. So the record says which processes they were, and a start looks.

local labels = require "neap.labels"
local owner = require "neap.owner"

local joined = {}

local function table_of(value) return type(value) == "table" and value or {} end

--- The type of each namespace that is joined, and the process.
local function each(spec)
   local found = {}
   for _, namespace in ipairs(table_of(table_of(spec.linux).namespaces)) do
      local path = type(namespace) == "table" and namespace.path
      local pid = path and type(path) == "string" and path:match "^/proc/(%d+)/ns/"
      if pid then found[#found + 1] = { type = namespace.type, pid = pid } end
   end
   return found
end

--- Who they are, for a record's label.
---@param spec table
---@return string? processes  nil: none is joined that is to be seen here
function joined.processes(spec)
   local list, known = {}, {}
   for _, namespace in ipairs(each(spec)) do
      local process = not known[namespace.pid] and owner.of(namespace.pid)
      if process then list[#list + 1] = process end
      known[namespace.pid] = true
   end
   return list[1] and table.concat(list, ",")
end

--- Is one not there any more?
---@param container neap.Container
---@param spec table  its outline
---@return string? why  names the namespace
function joined.ended(container, spec)
   local all = each(spec)
   if not all[1] then return nil end
   local known = {}
   for process in (container.labels[labels.joined] or ""):gmatch "[^,]+" do
      known[process:match "^%S+ (%d+)" or ""] = process
   end
   for _, namespace in ipairs(all) do
      local process = known[namespace.pid]
      if process and owner.of(namespace.pid) ~= process then
         return ("the container whose %s namespace is shared has ended since this one was "
            .. "created: create it anew"):format(namespace.type)
      end
   end
end

return joined
