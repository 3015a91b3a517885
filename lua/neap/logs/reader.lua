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
   self.chunk = self.link and lines.chunks(self.link)
   if self.asked.driver ~= "raw" then self.splitter.rest() end -- torn by a crash
   return self.link ~= nil
end

--- Begin with the files that there are.
local function begin(self)
   local asked, links = self.asked, chain.open(self.asked.path)
   while asked.since and links[2] and links[1].changed < asked.since / 1e9 - 1 do
      table.remove(links, 1).file:close() -- it ended before
   end
   local first, skip = 1, 0
   if asked.tail and not self.is_filtered then
      first, skip = lines.last(links, asked.tail, asked.driver == "raw")
   end
   for _ = 2, first do table.remove(links, 1).file:close() end
   self.skip = skip
   take_over(self, links)
end

--- Is the file that is read no longer the one that is written?
local function was_rotated(self)
   local now = fs.lstat(self.asked.path)
   return now ~= nil and now.ino ~= self.link.ino
end

--- Go on to the next file, where this one is complete.
local function advance(self)
   if self.waiting[1] then return take_over(self, self.waiting) end
   if not self.asked.follow then return false end
   if not self.link then return take_over(self, chain.open(self.asked.path)) end
   if not was_rotated(self) then return false end
   local rest = self.chunk() -- what was written before it was renamed
   if rest then
      self.splitter.feed(rest)
      return true
   end
   local after = succession.after(self.asked.path, self.link, self.last_ns)
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
         local last = self.asked.until_
         self.is_done = last and found.ns and found.ns > last or false
      else
         local bytes, why
         if self.link then bytes, why = self.chunk() end
         if why then log.warn("%s: %s", self.link.path, why) end
         if bytes then
            self.splitter.feed(bytes)
         elseif not advance(self) then
            return nil
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
---@field next fun(): neap.LogEntry?  waits for it, where the log is followed
---@field close fun()

--- Read a log.
---@param asked neap.logs.Reading
---@return neap.logs.Reader
function reader.open(asked)
   local self = {
      asked = asked, splitter = lines.splitter(), waiting = {}, skip = 0,
      is_filtered = asked.since or asked.until_ or asked.stream,
   }
   begin(self)
   local early = asked.tail and self.is_filtered and last_of_all(self) or {}

   local function next_entry()
      local was_over = false
      if early[1] then return table.remove(early, 1) end
      while true do
         local found = step(self)
         if found then return found end
         if self.is_done or not asked.follow or was_over then return unfinished(self) end
         was_over = asked.is_over()
         if not was_over then asked.wait() end
      end
   end

   local function close()
      self.is_done = true
      chain.close(self.waiting)
      if self.link then self.link.file:close() end
      self.waiting, self.link = {}, nil
   end

   return { next = next_entry, close = close }
end

return reader
