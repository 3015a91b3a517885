--- Bytes that came and that nobody took: chunks in a row. What is cut off the front
--- copies no more than itself.

---@class neap.Buffer
---@field size integer  in bytes
local Buffer = {}
Buffer.__index = Buffer

local buffer = {}

---@return neap.Buffer
function buffer.new()
   -- `first` and `last` chunk, `at` in the first; the first `clean` chunks, of
   -- `clean_size` bytes in all, hold no end of a line.
   return setmetatable({
      chunks = {}, first = 1, last = 0, at = 1, size = 0, clean = 0, clean_size = 0,
   }, Buffer)
end

function Buffer:add(chunk)
   if chunk == "" then return end
   self.last = self.last + 1
   self.chunks[self.last] = chunk
   self.size = self.size + #chunk
end

--- Take `count` bytes off the front, or as many as there are.
---@param count integer
---@return string bytes
function Buffer:take(count)
   local parts, chunks = {}, self.chunks
   count = math.min(count, self.size)
   self.size = self.size - count
   self.clean, self.clean_size = 0, 0
   while count > 0 do
      local chunk = chunks[self.first]
      local here = #chunk - self.at + 1
      if count < here then
         parts[#parts + 1] = chunk:sub(self.at, self.at + count - 1)
         self.at = self.at + count
         break
      end
      parts[#parts + 1] = self.at == 1 and chunk or chunk:sub(self.at)
      chunks[self.first] = nil
      self.first, self.at = self.first + 1, 1
      count = count - here
   end
   return parts[2] and table.concat(parts) or parts[1] or ""
end

--- The size of the first line, with its end; nil where none has ended.
---@return integer?
function Buffer:line()
   for i = self.first + self.clean, self.last do
      local from = i == self.first and self.at or 1
      local chunk = self.chunks[i]
      local found = chunk:find("\n", from, true)
      if found then return self.clean_size + found - from + 1 end
      self.clean, self.clean_size = self.clean + 1, self.clean_size + #chunk - from + 1
   end
   return nil
end

--- All of it as one string, which stays where it is; it begins at the second result.
---@return string text
---@return integer from
function Buffer:text()
   if self.last > self.first then
      self.chunks = { self:take(self.size) }
      self.first, self.last, self.size = 1, 1, #self.chunks[1]
   end
   return self.chunks[self.first] or "", self.at
end

return buffer
