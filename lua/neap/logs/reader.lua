--- Reading a log, entry by entry, across its files and, where it is followed, as it
--- is written.

local chain = require "neap.logs.chain"
local core = require "neap.core"
local entry = require "neap.logs.entry"
local lines = require "neap.logs.lines"
local log = require "neap.log"
local succession = require "neap.logs.succession"

local fs = core.fs
local reader = {}

---@class neap.logs.Reading: neap.logs.Filter
---@field path string       FILE, absolute
---@field driver string
---@field tail? integer
---@field follow? boolean
---@field wait? fun()       wait for a change of anything
---@field is_over? fun(): boolean  will nothing be written any more?

--- --- from one file to the next ---------------------------------------------

local function take_over(self, links)
   if self.link then self.link.file:close() end
   self.link = table.remove(links, 1)
   self.waiting = links
   self.left = math.max(0, self.left - 1)
   self.chunk = self.link and lines.chunks(self.link)
   if self.asked.driver ~= "raw" then self.splitter.rest() end -- torn by a crash
   return self.link ~= nil
end

--- Choose where to begin among the files that there are.
local function choose(self, links)
   local asked, first, skip = self.asked, 1, 0
   while asked.since and links[first + 1] and links[first].changed < asked.since / 1e9 - 1 do
      first = first + 1 -- it ended before
   end
   if asked.tail and not self.is_filtered then
      first, skip = lines.last(links, asked.tail, asked.driver == "raw")
      if not first then return nil, skip end
   end
   self.skip, self.left = skip, #links - first + 1
   return chain.first(table.move(links, first, #links, 1, {}))
end

---@return true? ok
---@return neap.Error? err
local function begin(self)
   local links, err = chain.open(self.asked.path, function(links) return choose(self, links) end)
   if not links then return nil, err end
   take_over(self, links)
   return true
end

--- Is the file that is read no longer the one that is written?
local function was_rotated(self)
   local now = fs.lstat(self.asked.path)
   return now ~= nil and now.ino ~= self.link.ino
end

--- Go on to the next file, where this one is complete.
---@return boolean? ok
---@return neap.Error? err
local function advance(self)
   local waiting, refused = chain.first(self.waiting)
   if refused then return nil, refused end
   if waiting and waiting[1] then return take_over(self, waiting) end
   if self.left == 0 and not self.asked.follow then return false end
   if not self.link then
      local links, err = chain.open(self.asked.path, chain.first)
      if not links then return nil, err end
      return take_over(self, links)
   end
   if self.left == 0 and not was_rotated(self) then return false end
   local rest = self.chunk() -- what was written before it was renamed
   if rest then
      self.splitter.feed(rest)
      return true
   end
   local after, err = succession.after(self.asked.path, self.link, self.last_ns)
   if not after then return nil, err end
   while not self.asked.follow and #after > self.left do chain.release(table.remove(after)) end
   return after[1] ~= nil and take_over(self, after) -- else it is about to be made
end

--- --- entries -----------------------------------------------------------------

local function read_entry(self)
   local text, is_whole = self.splitter.next()
   while text and self.skip > 0 do
      self.skip = self.skip - 1
      text, is_whole = self.splitter.next()
   end
   if not text then return nil end
   local found = entry.readers[self.asked.driver](text)
   if found and not is_whole then found.log = found.line end
   return found or read_entry(self)
end

--- The next entry that is asked for, of what there is now.
local function step(self)
   while not self.is_done do
      local found = read_entry(self)
      if found then
         self.last_ns = found.ns or self.last_ns
         if entry.passes(found, self.asked) then return found end
         -- A clock may have been set back: what there is already is read to its end.
         local last = self.asked.follow and self.asked.until_
         self.is_done = last and found.ns and found.ns > last or false
      else
         local bytes, why
         if self.link then bytes, why = self.chunk() end
         if why then log.warn("%s: %s", self.link.path, why) end
         if bytes then
            self.splitter.feed(bytes)
         else
            local ok, err = advance(self)
            if err then self.is_done, self.err = true, err end
            if not ok then return nil end
         end
      end
   end
end

--- The last ones of those that pass a filter, which only reading them all tells.
local function last_of_all(self)
   local kept, first, count = {}, 1, 0
   for found in step, self do
      count = count + 1
      kept[count] = found
      if count - first >= self.asked.tail then
         kept[first] = nil
         first = first + 1
      end
   end
   return table.move(kept, first, count, 1, {})
end

--- What a raw log ends with, where that is no newline.
local function unfinished(self)
   local rest = self.asked.driver == "raw" and not self.is_done and self.splitter.rest() or ""
   self.is_done = true
   if rest == "" or self.skip > 0 then return nil end
   return { log = rest, line = rest }
end

---@class neap.logs.Reader
---@field next fun(): neap.LogEntry?, neap.Error?  waits for it, where the log is followed
---@field close fun()

local function close(self)
   self.is_done = true
   chain.close(self.waiting)
   if self.link then self.link.file:close() end
   self.waiting, self.link = {}, nil
end

--- Read a log.
---@param asked neap.logs.Reading
---@return neap.logs.Reader? reader
---@return neap.Error? err  `resource_exhausted`, `permission_denied`: a file cannot be opened
function reader.open(asked)
   -- left: how many of the files that there were are still to be read
   local self = {
      asked = asked, splitter = lines.splitter(), waiting = {}, skip = 0, left = 0,
      is_filtered = asked.since or asked.until_ or asked.stream,
   }
   local ok, err = begin(self)
   if not ok then return nil, err end
   local early = asked.tail and self.is_filtered and last_of_all(self) or {}
   if self.err then
      close(self)
      return nil, self.err
   end

   local function next_entry()
      local was_over = false
      if early[1] then return table.remove(early, 1) end
      while true do
         local found = step(self)
         if found then return found end
         if self.err then return nil, self.err end
         if self.is_done or not asked.follow or was_over then return unfinished(self) end
         was_over = asked.is_over()
         if not was_over then asked.wait() end
      end
   end

   return { next = next_entry, close = function() close(self) end }
end

return reader
