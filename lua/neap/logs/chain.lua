--- A log's files: FILE, and what was rotated away, FILE.1 to FILE.n, some of them
--- compressed.
--
-- They are renamed by the logger while they are read. So what is opened is looked
-- at again: when every name still means what it did, the order is right. A gap is
-- one that is being renamed, or was deleted and stays a gap.

local core = require "neap.core"
local fs = core.fs
local path = require "neap.path"

local chain = {}

---@class neap.logs.Link
---@field path string
---@field number integer  0: the one that is written
---@field gz boolean
---@field file file*
---@field ino integer
---@field changed number
---@field size integer

--- The number of a name among those of a log; and is it compressed?
---@param base string
---@param name string
---@return integer? number
---@return boolean? gz
function chain.number(base, name)
   if name == base then return 0, false end
   if name:sub(1, #base + 1) ~= base .. "." then return nil end
   local digits, gz = name:sub(#base + 2):match "^([1-9]%d?%d?%d?%d?)(.*)$"
   if gz ~= "" and gz ~= ".gz" then return nil end
   return math.tointeger(tonumber(digits)), gz ~= ""
end

local function open(whole, number, gz)
   local seen = fs.lstat(whole)
   if not seen or seen.type ~= "file" then return nil end
   local file = io.open(whole, "rb")
   local found = file and fs.fstat(file)
   if not found then return nil end
   file:setvbuf "no"
   return { path = whole, number = number, gz = gz, file = file, ino = found.ino,
      changed = found.changed, size = found.size }
end

local function close_all(links)
   for _, link in ipairs(links) do link.file:close() end
end

chain.close = close_all

local function open_all(log)
   local base, links, numbers = log:match "[^/]*$", {}, {}
   for _, name in ipairs(fs.list(path.parent(log)) or {}) do
      local number, gz = chain.number(base, name)
      local link = number and open(path.parent(log) .. "/" .. name, number, gz)
      if link then links[#links + 1] = link end
   end
   table.sort(links, function(a, b)
      if a.number ~= b.number then return a.number > b.number end
      return a.gz and not b.gz
   end)
   -- For a moment a file is there twice: the compressed one is not needed.
   for i = #links, 1, -1 do
      if numbers[links[i].number] then table.remove(links, i).file:close() end
      if links[i] then numbers[links[i].number] = true end
   end
   return links
end

--- A directory that is changed while it is listed may hide a file.
local function has_gap(links)
   for i, link in ipairs(links) do
      if link.number ~= #links - i then return true end
   end
   return false
end

local function is_unchanged(links)
   for _, link in ipairs(links) do
      local now = fs.lstat(link.path)
      if not now or now.ino ~= link.ino then return false end
   end
   return true
end

local TRIES <const> = 200

--- Open a log's files, the oldest first. To be closed by chain.close.
---@param log string  FILE, absolute
---@return neap.logs.Link[]
function chain.open(log)
   local links
   for try = 1, TRIES do
      links = open_all(log)
      if is_unchanged(links) and (try == TRIES or not has_gap(links)) then break end
      close_all(links)
      links = {}
   end
   return links
end

return chain
