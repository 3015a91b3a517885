--- FIFOs in a bundle of Neap's own that no living process reads: those of a client
--- that was killed.
---
--- A shim opens a FIFO for a process that it starts, and waits for its reader. Until
--- there is one it answers little of what it is asked about that container, so the
--- FIFOs are held open, both ways, while something depends on it. Nothing is read.

local bundle = require "neap.bundle"
local bundles = require "neap.bundles"
local core = require "neap.core"
local fs = core.fs

local unread = {}

---@class neap.Unread
---@field id string      of the process: the container's, or an exec's
---@field path string
---@field reader string  what its reader would have locked

---@param container neap.Container
---@return neap.Unread[]
function unread.list(container)
   local own, found = bundles.own(container), {}
   local is_read = {} -- by reader: both outputs have one
   for _, name in ipairs(own and fs.list(own) or {}) do
      local id = name:match "^(.+)%.%x+%-std%a+$"
      local path = own .. "/" .. name
      local reader = id and bundle.reader(own, id ~= container.id and path or nil)
      if reader and is_read[reader] == nil then
         is_read[reader] = fs.is_read(reader) or reader == own and fs.is_read(bundle.logger(own))
      end
      if reader and not is_read[reader] then
         found[#found + 1] = { id = id, path = path, reader = reader }
      end
   end
   return found
end

local files_mt = {
   __close = function(files)
      for _, file in ipairs(files) do file:close() end
   end,
}

--- Hold FIFOs of output open until the result is closed, or collected. No shim waits
--- at an input, and whoever reads it is to see its end.
---@param fifos neap.Unread[]
---@return file*[] files
function unread.hold(fifos)
   local files = setmetatable({}, files_mt)
   for _, fifo in ipairs(fifos) do
      local found = not fifo.path:find "%-stdin$" and fs.lstat(fifo.path)
      local is_fifo = found and found.type == "fifo"
      files[#files + 1] = is_fifo and io.open(fifo.path, "r+b") or nil
   end
   return files
end

return unread
