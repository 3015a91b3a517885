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
local function was_compressed(link, read)
   return original(link) == read.ino and first_line(link) == first_line(read)
end

--- Ask something of a file, held or not.
---@return any answer  nil: it cannot be asked
---@return neap.Error? err  nil: there is no such file any more
local function ask(question, link, ...)
   local was_held = link.file
   local ok, err = chain.hold(link)
   if not ok then return nil, err end
   local answer = question(link, ...)
   if not was_held then chain.release(link) end
   return answer
end

--- Which of them is the one that was read. It is open: nothing else has its inode.
---@return integer? at  0: none
---@return neap.Error? err
local function position(links, read)
   for i, link in ipairs(links) do
      if link.ino == read.ino then return i end
   end
   for i = #links, 1, -1 do
      if links[i].gz and not read.gz then
         local is_same, err = ask(was_compressed, links[i], read)
         if is_same == nil then return nil, err end
         if is_same then return i end
      end
   end
   return 0
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

--- Those that come after the one that was read.
---@return neap.logs.Link[]? after
---@return neap.Error? err
local function younger(links, read, last_ns)
   local at, err = position(links, read)
   if at ~= 0 then return at and table.move(links, at + 1, #links, 1, {}), err end
   local after = {}
   for _, link in ipairs(links) do
      local is_after, why = ask(is_younger, link, read, last_ns)
      if is_after == nil then return nil, why end
      if is_after then after[#after + 1] = link end
   end
   return after
end

--- Open what comes after a file, the oldest first.
---@param log string  FILE
---@param read neap.logs.Link
---@param last_ns? integer  the time of the last entry that was read
---@return neap.logs.Link[]? links
---@return neap.Error? err
function succession.after(log, read, last_ns)
   return chain.open(log, function(links)
      local after, err = younger(links, read, last_ns)
      if not after then return nil, err end
      return chain.first(after)
   end)
end

return succession
