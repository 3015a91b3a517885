--- A file that a user names: what it says, whatever kind it is.

local core = require "neap.core"
local defaults = require "neap.defaults"

local file = {}

--- Those that may keep a reader waiting for who writes them: a shell's <(...) is a FIFO.
local WAITS <const> = { fifo = true, device = true }

local function read_waiting(path, limit)
   local opened <close>, err = core.open(path)
   if not opened then return nil, err.message end
   local parts, size = {}, 0
   while size <= limit do
      local bytes, unread = opened:read()
      if unread then return nil, unread.message end
      if not bytes then break end
      parts[#parts + 1], size = bytes, size + #bytes
   end
   return table.concat(parts)
end

local function read_now(path, limit)
   local opened <close>, why = io.open(path, "rb")
   if not opened then return nil, why end
   local text, unread = opened:read(limit + 1)
   if unread then return nil, unread end
   return text or ""
end

--- Read it. Where that takes a writer, only who calls waits; other fibers and
--- signals go on.
---@async
---@param path string
---@param limit? integer  bytes; default 15 MiB
---@return string? text
---@return string? why
function file.read(path, limit)
   limit = limit or defaults.spec_size
   local found = core.fs.stat(path)
   local read = found and WAITS[found.type] and read_waiting or read_now
   local text, why = read(path, limit)
   if not text then return nil, why end
   if #text > limit then return nil, ("it has more than %d bytes"):format(limit) end
   return text
end

return file
