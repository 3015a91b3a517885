--- Which file of a log comes after the one that was just read to its end. By now it
--- may have another name, be compressed, or be gone.

local chain = require "neap.logs.chain"
local core = require "neap.core"
local entry = require "neap.logs.entry"
local lines = require "neap.logs.lines"

local fs = core.fs
local succession = {}

--- The inode that a compressed file had, as neap-log notes it in the header.
local function original(link)
   local inflate <close> = core.inflate()
   link.file:seek "set"
   local head = link.file:read(64)
   link.file:seek "set"
   if head then inflate:feed(head) end
   return math.tointeger(tonumber((inflate:comment() or ""):match "^inode (%d+)$"))
end

--- The first line of a file, wherever it is being read.
local function first_line(link)
   local at = link.file:seek()
   link.file:seek "set"
   local chunk = lines.chunks(link)() or ""
   link.file:seek("set", at)
   return (chunk:match "^[^\n]*")
end

--- Inodes are used again: what has ours and another beginning was there before.
local function is_same(link, read)
   if not link.gz then return link.ino == read.ino end
   return original(link) == read.ino and first_line(link) == first_line(read)
end

--- When its first entry was written.
local function first_ns(link)
   local found = entry.readers["json-file"](first_line(link))
   return found and found.ns
end

--- Nobody is the one that was read: it was deleted, and those with younger content
--- come after it.
local function is_younger(link, read, last_ns)
   if link.number == 0 then return true end
   local ns = last_ns and first_ns(link)
   if ns then return ns >= last_ns end
   local then_ = fs.fstat(read.file)
   return then_ ~= nil and link.changed > then_.changed
end

--- Open what comes after a file, the oldest first.
---@param log string  FILE
---@param read neap.logs.Link
---@param last_ns? integer  the time of the last entry that was read
---@return neap.logs.Link[]
function succession.after(log, read, last_ns)
   local links, at = chain.open(log), nil
   for i, link in ipairs(links) do
      if is_same(link, read) then at = i end
   end
   local after = {}
   for i, link in ipairs(links) do
      local is_after = at and i > at
      if not at then is_after = is_younger(link, read, last_ns) end
      if is_after then after[#after + 1] = link else link.file:close() end
   end
   return after
end

return succession
