--- A log's files: FILE, and what was rotated away, FILE.1 to FILE.n, some of them
--- compressed.
--
-- They are renamed by the logger while they are read. So what is listed is looked at
-- again: when every name still means what it did, the order is right. A gap is one
-- that is being renamed, or was deleted and stays a gap.
--
-- There may be more of them than a process may open. So only the oldest are held open:
-- they are read first, and deleted first. Those after them are opened when it is their
-- turn, and looked for again where they have other names by then.

local core = require "neap.core"
local failure = require "neap.error"
local fs = core.fs
local path = require "neap.path"

local chain = {}

--- How many are held open at once.
chain.HELD = 16

---@class neap.logs.Link
---@field path string
---@field number integer  0: the one that is written
---@field gz boolean
---@field file? file*     nil: it is not held open
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

local function refuse(errno, message)
   return nil, failure.new { code = failure.code_of(errno, "unavailable"), op = "container.logs",
      errno = errno, message = "the log: " .. message }
end

local function look(whole, number, gz)
   local seen, errno = fs.lstat(whole)
   if not seen and errno ~= "ENOENT" then
      return refuse(errno, whole .. " " .. path.reason(errno))
   end
   if not seen or seen.type ~= "file" then return nil end
   return { path = whole, number = number, gz = gz, ino = seen.ino, changed = seen.changed,
      size = seen.size }
end

--- Hold a file open.
---@param link neap.logs.Link
---@return true? ok
---@return neap.Error? err  nil: its name means another one by now, or none
function chain.hold(link)
   if link.file then return true end
   local file, why, number = io.open(link.path, "rb")
   if not file then
      local errno = failure.errno(number)
      if errno == "ENOENT" then return nil end
      return refuse(errno, why)
   end
   local found = fs.fstat(file)
   local is_it = found and found.ino == link.ino
      and (link.number == 0 or found.changed == link.changed)
   if not is_it then
      file:close()
      return nil
   end
   file:setvbuf "no"
   link.file, link.changed, link.size = file, found.changed, found.size
   return true
end

---@param link neap.logs.Link
function chain.release(link)
   if link.file then link.file:close() end
   link.file = nil
end

---@param links neap.logs.Link[]
function chain.close(links)
   for _, link in ipairs(links) do chain.release(link) end
end

--- Hold the first of them. One that cannot be held is left out, with those after it:
--- they are looked for again when it is their turn. So is FILE: when it was compressed,
--- the next FILE may have its inode.
---@param links neap.logs.Link[]  the oldest first
---@return neap.logs.Link[]? links
---@return neap.Error? err  not even the first; nil: it has changed
function chain.first(links)
   local count = #links
   for i = 1, math.min(count, chain.HELD) do
      local ok, err = chain.hold(links[i])
      if not ok and i == 1 then return nil, err end
      if not ok then
         count = i - 1
         break
      end
   end
   if count > 0 and links[count].number == 0 and not links[count].file then count = count - 1 end
   return table.move(links, 1, count, 1, {})
end

local function list(log)
   local directory, base, links, numbers = path.parent(log), log:match "[^/]*$", {}, {}
   local names, errno = fs.list(directory)
   if not names and errno ~= "ENOENT" then
      return refuse(errno, directory .. " " .. path.reason(errno))
   end
   for _, name in ipairs(names or {}) do
      local number, gz = chain.number(base, name)
      local link, err
      if number then link, err = look(directory .. "/" .. name, number, gz) end
      if err then return nil, err end
      links[#links + 1] = link
   end
   table.sort(links, function(a, b)
      if a.number ~= b.number then return a.number > b.number end
      return a.gz and not b.gz
   end)
   -- For a moment a file is there twice: the compressed one is not needed.
   for i = #links, 1, -1 do
      if numbers[links[i].number] then table.remove(links, i) end
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

local GAP_TRIES <const> = 200
local TRIES <const> = 400

--- List a log's files and open some of them. When they change meanwhile, that is done
--- again.
---@param log string  FILE, absolute
---@param choose fun(links: neap.logs.Link[]): neap.logs.Link[]?, neap.Error?
---   gets all, the oldest first; what it gives back, and holds, is to be closed
---@return neap.logs.Link[]? links
---@return neap.Error? err
function chain.open(log, choose)
   for try = 1, TRIES do
      local links, err = list(log)
      if not links then return nil, err end
      if is_unchanged(links) and (try >= GAP_TRIES or not has_gap(links)) then
         local chosen, why = choose(links)
         if chosen then return chosen end
         chain.close(links)
         if why then return nil, why end
      end
   end
   return refuse(nil, log .. " is rotated faster than it can be read")
end

return chain
