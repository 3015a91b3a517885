--- The lines of a log, from the chunks of its files.

local chain = require "neap.logs.chain"
local core = require "neap.core"
local defaults = require "neap.defaults"

local lines = {}

local CHUNK <const> = 65536

--- What reads one file of a chain, from where it stands.
---@param link neap.logs.Link
---@return fun(): string?, string?  the next chunk; nil: nothing now, or why
function lines.chunks(link)
   if not link.gz then
      return function() return link.file:read(CHUNK) end
   end
   local inflate = core.inflate()
   return function()
      local bytes = link.file:read(CHUNK)
      if bytes then return inflate:feed(bytes) end
      if not inflate:is_whole() then return nil, "it is cut off" end
   end
end

---@class neap.logs.Splitter
---@field feed fun(bytes: string)
---@field next fun(): string?, boolean?  a line without its newline; had it none?
---@field rest fun(): string  what has no newline yet, which is forgotten

--- Split what is fed. A line longer than the limit comes in pieces.
---@return neap.logs.Splitter
function lines.splitter()
   local buffer, at = "", 1
   local splitter = {}

   function splitter.feed(bytes)
      buffer, at = buffer:sub(at) .. bytes, 1
   end

   function splitter.next()
      local newline = buffer:find("\n", at, true)
      if newline then
         local line = buffer:sub(at, newline - 1)
         at = newline + 1
         return line, true
      end
      if #buffer - at < defaults.line_limit then return nil end
      return splitter.rest(), false
   end

   function splitter.rest()
      local rest = buffer:sub(at)
      buffer, at = "", 1
      return rest
   end

   return splitter
end

--- --- the last lines --------------------------------------------------------

--- Where a file's last `wanted` lines begin, and how many there are of them. What
--- has no newline yet is a line where `counts_rest`.
local function of_plain(link, wanted, counts_rest)
   local at, seen = link.size, 0
   if at == 0 then return 0, 0 end
   link.file:seek("set", at - 1)
   local rest = counts_rest and link.file:read(1) ~= "\n" and 1 or 0
   local needed = wanted + 1 - rest
   if needed == 0 then return at, 0 end
   while at > 0 do
      local from = math.max(0, at - CHUNK)
      link.file:seek("set", from)
      local block = link.file:read(at - from) or ""
      for i = #block, 1, -1 do
         if block:byte(i) == 10 then
            seen = seen + 1
            if seen == needed then return from + i, wanted end
         end
      end
      at = from
   end
   return 0, seen + rest
end

--- The same of a compressed file, which is read from its beginning, twice: how many
--- lines to pass over.
local function of_gz(link, wanted)
   local total = 0
   for bytes in lines.chunks(link) do
      local _, newlines = bytes:gsub("\n", "")
      total = total + newlines
   end
   link.file:seek "set"
   return math.max(0, total - wanted), math.min(total, wanted)
end

--- Find where the last lines of a log begin, and hold the files from there on that are
--- read first.
---@param links neap.logs.Link[]  the oldest first
---@param wanted integer
---@param counts_rest boolean
---@return integer? first  the link they begin in; those before are not needed
---@return integer|neap.Error? skip  lines of it to pass over; err, nil: they have changed
function lines.last(links, wanted, counts_rest)
   for i = #links, 1, -1 do
      local link, done = links[i], links[i + chain.HELD]
      if done then chain.release(done) end
      local ok, err = chain.hold(link)
      if not ok then return nil, err end
      local where, found
      if link.gz then
         where, found = of_gz(link, wanted)
      else
         where, found = of_plain(link, wanted, counts_rest and i == #links)
         link.file:seek("set", where)
      end
      wanted = wanted - found
      if wanted <= 0 then return i, link.gz and where or 0 end
   end
   if links[1] and not links[1].gz then links[1].file:seek "set" end
   return 1, 0
end

return lines
