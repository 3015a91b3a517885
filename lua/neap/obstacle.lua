--- What an earlier task that still ends puts in the way of the next one's start: its
--- directory, or its shim, which containerd takes for the next one's.
---
--- Going on is safe once nothing is there. Until the runtime has cleaned up behind the
--- earlier task containerd refuses to make the directory, which it then removes twice:
--- a new one in between is lost before there is a shim. A create whose shim went away
--- is answered once the runtime has cleaned up behind that.

local obstacle = {}

--- Did containerd start no shim, for a directory that stands or goes, or one that ends?
local function is_unbegun(err)
   local why = err.message:match "^failed to start shim: (.*)$"
   return why ~= nil and (err.errno == "ECONNREFUSED" or why:find ": file exists%f[:\0]" ~= nil
      or why:find ": no such file or directory%f[:\0]" ~= nil)
end

local function met_its_end(err)
   return err.message:find "^failed to create shim task: ttrpc: closed$" ~= nil
end

--- May a start that failed so be tried again? What may have come of it was taken back
--- before this is asked.
---@param container neap.Container
---@param err neap.Error
---@return boolean
function obstacle.passes(container, err)
   if is_unbegun(err) then return true end
   return met_its_end(err) and err.left == nil and container.has_no_task
end

return obstacle
