--- The administrator's policies: files that the program loads before it does
--- anything else.
--
-- Only root may have a say in them, and in whatever they lie in; then nobody else
-- can put something in their place between a look and the next.

local core = require "neap.core"
local path = require "neap.path"

local policy_files = {}

local OTHERS <const> = 18 -- 022: writable by the group, by all

--- What is wrong with who may change it.
---@param found neap.core.fs.Stat
---@param wanted "directory"|"file"
---@return string? why
function policy_files.flaw(found, wanted)
   if found.type ~= wanted then
      local name = wanted == "file" and "regular file" or wanted
      local is = found.type == "link" and "a symbolic link" or "a " .. found.type
      return ("is %s, not a %s"):format(is, name)
   end
   if found.uid ~= 0 then return ("is owned by user %d, not by root"):format(found.uid) end
   if found.mode & OTHERS ~= 0 then
      return ("can be written to by others than root (mode %04o)"):format(found.mode)
   end
   return nil
end

--- The directories on the way to one, the root first.
local function way(directory)
   local found = { "/" }
   for last in directory:gmatch "()/" do
      if last > 1 then found[#found + 1] = directory:sub(1, last - 1) end
   end
   found[#found + 1] = directory
   return found
end

local function check_way(fs, directory)
   for _, step in ipairs(way(directory)) do
      local found, errno = fs.lstat(step)
      local why = found and policy_files.flaw(found, "directory")
      if not found then why = path.reason(errno) end
      if why then return nil, ("%s %s"):format(step, why) end
   end
   return true
end

--- Read one, once it is open and cannot become another.
local function read(fs, name)
   local file <close>, errno = fs.open_plain(name)
   if not file then
      local reason = errno == "ELOOP" and "is a symbolic link, not a regular file"
      return nil, ("%s %s"):format(name, reason or path.reason(errno))
   end
   local found, unknown = fs.fstat(file)
   local why = found and policy_files.flaw(found, "file")
   if not found then why = path.reason(unknown) end
   if why then return nil, ("%s %s"):format(name, why) end
   local text, unread = file:read "a"
   if not text then return nil, ("%s: %s"):format(name, unread) end
   return text
end

local function names_in(fs, directory)
   local found, errno = fs.list(directory)
   if not found then return nil, ("%s %s"):format(directory, path.reason(errno)) end
   local names = {}
   for _, name in ipairs(found) do
      if name:find "^[^.].*%.lua$" then names[#names + 1] = name end
   end
   table.sort(names)
   return names
end

local function run(fs, name)
   local text, refused = read(fs, name)
   if not text then return nil, refused end
   if text:sub(1, 1) == "\27" then return nil, name .. " is a binary chunk, not Lua's text" end
   local chunk, unread = load(text, "@" .. name, "t")
   if not chunk then return nil, unread end
   local ok, raised = pcall(chunk)
   if ok then return true end
   if type(raised) == "table" and raised.code == "cancelled" and core.cancelled() then
      error(raised, 0)
   end
   return nil, ("%s: %s"):format(name, tostring(raised))
end

--- Load the files of a directory, in the order of their names.
---@param directory string
---@param fs? table  as neap.core.fs
---@return true? ok
---@return string? why
function policy_files.load(directory, fs)
   fs = fs or core.fs
   local ok, why = check_way(fs, directory)
   local names = ok
   if ok then names, why = names_in(fs, directory) end
   for _, name in ipairs(names or {}) do
      ok, why = run(fs, directory .. "/" .. name)
      if not ok then break end
   end
   if ok and names then return true end
   return nil, why
end

return policy_files
