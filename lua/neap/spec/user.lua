--- Who a process runs as: numbers from names, out of the rootfs's own
--- /etc/passwd and /etc/group.

local escape = require "neap.escape"
local json = require "neap.json"
local parse = require "neap.config.user".parse

local user = { options = { "user" }, paths = { "process.user" }, any_platform = true }

---@alias neap.spec.ReadFile fun(path: string): string?  of a file in the rootfs

--- The lines of a database, split at colons; none where there is no such file.
local function entries(read_file, file)
   local text = read_file and read_file(file) or ""
   local found = {}
   for line in text:gmatch("[^\n]+") do
      local parts = {}
      for part in (line .. ":"):gmatch("([^:]*):") do parts[#parts + 1] = part end
      found[#found + 1] = parts
   end
   return found
end

local function number(text)
   return text and math.tointeger(tonumber(text))
end

local function find(list, position, wanted)
   for _, parts in ipairs(list) do
      if parts[position] == wanted then return parts end
   end
end

--- The groups that list `name` as a member, `gid` first.
local function groups_of(name, gid, read_file)
   local gids = json.array { gid }
   for _, parts in ipairs(entries(read_file, "/etc/group")) do
      local other = number(parts[3])
      local is_member = name and ("," .. (parts[4] or "") .. ","):find("," .. name .. ",", 1, true)
      if is_member and other and other ~= gid then gids[#gids + 1] = other end
   end
   return gids
end

local function find_group(name, read_file)
   local parts = find(entries(read_file, "/etc/group"), 1, name)
   local gid = parts and number(parts[3])
   if gid then return gid end
   return nil, ("user: the rootfs has no group %s"):format(escape.show(name))
end

--- Look a user up.
--
-- As containerd does, a number that the rootfs does not know is used as it is,
-- with group 0. A group that is given stands alone; without one the user's
-- further groups come along.
---@param wanted neap.config.User
---@param read_file? neap.spec.ReadFile  without it only numbers are known
---@return table? user  OCI's: uid, gid, additionalGids
---@return string? why
function user.resolve(wanted, read_file)
   local passwd = entries(read_file, "/etc/passwd")
   local entry = wanted.uid and find(passwd, 3, tostring(wanted.uid))
      or wanted.name and find(passwd, 1, wanted.name)
   local uid = wanted.uid or entry and number(entry[3])
   if not uid then
      return nil, ("user: the rootfs has no user %s"):format(escape.show(wanted.name))
   end

   local gid = wanted.gid
   if wanted.group then
      local found, why = find_group(wanted.group, read_file)
      if not found then return nil, why end
      gid = found
   end
   if gid then return { uid = uid, gid = gid, additionalGids = json.array { gid } } end

   gid = entry and number(entry[4]) or 0
   return {
      uid = uid, gid = gid,
      additionalGids = groups_of(entry and entry[1], gid, read_file),
   }
end

---@param spec table
---@param context neap.spec.Context
function user.begin(spec, context)
   if context.platform ~= "windows" then spec.process.user = { uid = 0, gid = 0 } end
end

--- The image's user; without one root, whose groups the image may know.
local function of_image(context)
   local image = not context.is_whole and context.image
   if not image then return nil end
   if not image.User or image.User == "" then
      return context.read_file and { uid = 0 } or nil
   end
   local wanted, why = parse(image.User)
   return wanted, why and "the image's user: " .. why
end

---@param spec table
---@param config table
---@param context neap.spec.Context
---@return true? ok
---@return string? why
function user.apply(spec, config, context)
   local wanted, wrong = config.user, nil
   if not wanted then wanted, wrong = of_image(context) end
   if wrong then return nil, wrong end
   if not wanted then return true end

   local found, why = user.resolve(wanted, context.read_file)
   if not found then return nil, why end
   spec.process.user = found
   context.origin["process.user"] = config.user and "user" or "image"
   return true
end

return user
