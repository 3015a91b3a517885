--- A directory as an archive, and an archive as a directory: all of it, or nothing.

local core = require "neap.core"
local ids = require "neap.id"
local path = require "neap.path"
local tar = require "neap.tar"

local fs = core.fs
local folder = {}

local PRIVATE <const> = 448 -- 0700

--- --- unpacking -------------------------------------------------------------

local function remove(made)
   for i = #made, 1, -1 do
      if not fs.unlink(made[i]) then fs.rmdir(made[i]) end
   end
end

local function make_directory(whole, made)
   local ok, errno = fs.mkdir(whole, PRIVATE)
   if ok then made[#made + 1] = whole end
   if ok or errno == "EEXIST" then return true end
   return nil, ("%s: %s"):format(whole, errno)
end

--- The directories that a member lies in, where the archive did not name them.
local function make_parents(base, name, made)
   local here = base
   for part in (name:match "^(.*)/" or ""):gmatch "[^/]+" do
      here = here .. "/" .. part
      local ok, why = make_directory(here, made)
      if not ok then return nil, why end
   end
   return true
end

local function open_file(whole, made)
   if fs.lstat(whole) then return nil, whole .. " is in the archive twice" end
   local file, why = io.open(whole, "wb")
   if not file then return nil, why end
   made[#made + 1] = whole
   return function(bytes)
      if bytes == nil then return file:close() end
      return file:write(bytes)
   end
end

local function taker(base, made)
   return function(member)
      local whole = base .. "/" .. member.name
      local ok, why = make_parents(base, member.name, made)
      if not ok then return nil, why end
      if member.kind == "file" then return open_file(whole, made) end
      if member.name ~= "" then ok, why = make_directory(whole, made) end
      return ok and function() return true end, why
   end
end

--- Unpack an archive to a directory that is not there yet.
---@param chunks fun(): string?, any
---@param directory string
---@return true? ok
---@return any why  nothing is there then
function folder.unpack(chunks, directory)
   local part = ("%s.%s"):format(directory, ids.random(4))
   local made = {}
   local ok, why = make_directory(part, made)
   if ok then ok, why = tar.read(chunks, taker(part, made)) end
   if ok then ok, why = os.rename(part, directory) end
   if ok then return true end
   remove(made)
   return nil, why
end

--- --- packing ---------------------------------------------------------------

local function gather(base, name, members)
   local whole = name == "" and base or base .. "/" .. name
   local names, errno = fs.list(whole)
   if not names then return nil, ("%s %s"):format(whole, path.reason(errno)), errno end
   table.sort(names)
   for _, child in ipairs(names) do
      local inner = name == "" and child or name .. "/" .. child
      local found = fs.lstat(base .. "/" .. inner)
      if found and found.type == "directory" then
         members[#members + 1] = { name = inner .. "/", size = 0 }
         local ok, why, child_errno = gather(base, inner, members)
         if not ok then return nil, why, child_errno end
      elseif found and found.type == "file" then
         members[#members + 1] = { name = inner, size = found.size, path = base .. "/" .. inner }
      else
         return nil, ("%s/%s is neither a file nor a directory"):format(base, inner)
      end
   end
   return true
end

--- What is in a directory, to be packed.
---@param directory string
---@return table? members
---@return string? why
---@return string? errno
function folder.list(directory)
   local found, errno = fs.stat(directory)
   if not found then return nil, ("%s %s"):format(directory, path.reason(errno)), errno end
   if found.type ~= "directory" then return nil, directory .. " is not a directory" end
   local members = {}
   local ok, why, inner = gather(directory, "", members)
   if not ok then return nil, why, inner end
   return members
end

--- A file's bytes: as many as were said, whatever happens to it meanwhile.
local function content(member, size)
   local file <close> = member.path and io.open(member.path, "rb")
   local left = member.size
   while file and left > 0 do
      local bytes = file:read(math.min(left, size))
      if not bytes then break end
      left = left - #bytes
      coroutine.yield(bytes)
   end
   while left > 0 do
      local count = math.min(left, size)
      left = left - count
      coroutine.yield(("\0"):rep(count))
   end
end

--- An archive of them, in pieces of at most `size` bytes.
---@param members table  from `folder.list`
---@param size integer
---@return fun(): string?
function folder.pack(members, size)
   return coroutine.wrap(function()
      for _, member in ipairs(members) do
         local before, after = tar.member(member.name, member.size)
         coroutine.yield(before)
         content(member, size)
         if after ~= "" then coroutine.yield(after) end
      end
      coroutine.yield(tar.finish)
   end)
end

return folder
