--- Execs whose maker is gone: nobody will delete them when they end, so who
--- restores their container does, unless somebody asks for the handle first.
---
--- They are known by the FIFOs in the bundle that no living process reads; to
--- know them costs no call.

local core = require "neap.core"
local fs = core.fs
local log = require "neap.log"
local unread = require "neap.unread"

local orphans = {}

--- { [exec id] = { path, … } }, and the readers' files among the paths. Their FIFOs
--- are held open: a shim may have been told to start one, and wait.
local function find(container)
   local found = {}
   for _, fifo in ipairs(unread.list(container)) do
      local id = fifo.id
      if id ~= container.id then
         found[id] = found[id] or { fifo.reader, held = {} }
         table.insert(found[id], fifo.path)
         table.insert(found[id].held, unread.hold { fifo })
      end
   end
   return found
end

local function delete(client, event, paths)
   local ok, err = client:call("containerd.services.tasks.v1.Tasks/DeleteProcess", {
      container_id = event.id, exec_id = event.process,
   })
   if not ok and err.code ~= "not_found" then
      log.warn("exec %s of container %s stays: %s", event.process, event.id, err.message)
      return
   end
   for _, place in ipairs(paths) do fs.unlink(place) end
end

local function on_exit(client, known, event)
   local here = known[event.id]
   local paths = here and here[event.process]
   if not paths then return end
   here[event.process] = nil
   delete(client, event, paths)
end

--- Delete the orphans among a running container's execs as they end.
---@param client neap.Client
---@param container neap.Container
function orphans.adopt(client, container)
   local found = find(container)
   if not next(found) then return end
   local state = core.state(client)
   if not state.orphans then
      local known = {}
      state.orphans = known
      client:on("exit", function(event) on_exit(client, known, event) end)
   end
   state.orphans[container.id] = found
end

--- Somebody has the handle: it is theirs to delete.
---@param client neap.Client
---@param container_id string
---@param exec_id string
function orphans.claim(client, container_id, exec_id)
   local known = core.state(client).orphans
   if known and known[container_id] then known[container_id][exec_id] = nil end
end

return orphans
