--- Who a process runs as: numbers from names, out of the rootfs's own
--- /etc/passwd and /etc/group.

local accounts = require "neap.accounts"
local copy = require "neap.copy"
local escape = require "neap.escape"
local json = require "neap.json"
local parse = require "neap.config.user".parse

local user = {
   options = { "user", "groups" }, paths = { "process.user" },
   any_platform = true, is_of_each = true,
}

--- A file of the rootfs; nil where there is none, nil and why where it is unfit.
---@alias neap.spec.ReadFile fun(path: string): string?, string?

--- The texts of the two files, each read when it is asked for, once.
local function library(read_file)
   local texts = {}
   return function(file)
      if not texts[file] then
         local text, why = nil, nil
         if read_file then text, why = read_file(file) end
         if why then return nil, why end
         texts[file] = text or ""
      end
      return texts[file]
   end
end

--- Ask `accounts` about a file.
local function ask(files, file, question, wanted)
   local text, unfit = files(file)
   if not text then return nil, unfit end
   local answer, wrong = question(text, wanted)
   return answer, wrong and ("the rootfs's %s: %s"):format(file, wrong)
end

local function find_group(name, files)
   local gid, why = ask(files, "/etc/group", accounts.group, name)
   if gid or why then return gid, why end
   return nil, ("the rootfs has no group %s"):format(escape.show(name))
end

--- Add what is not there yet; the first is the user's own.
local function add_groups(gids, more)
   local known = {}
   for _, gid in ipairs(gids) do known[gid] = true end
   for _, gid in ipairs(more) do
      if not known[gid] then gids[#gids + 1] = gid end
      known[gid] = true
   end
   return gids
end

--- The user's own group, and those that list it as their member.
local function of_entry(uid, entry, files)
   local gid = entry and entry.gid or 0
   local gids = json.array { gid }
   if entry then
      local more, why = ask(files, "/etc/group", accounts.memberships, entry.name)
      if not more then return nil, why end
      add_groups(gids, more)
   end
   return { uid = uid, gid = gid, additionalGids = gids }
end

--- A user whose group is given: it stands alone.
local function of_group(uid, wanted, files)
   local gid, why = wanted.gid, nil
   if not gid then gid, why = find_group(wanted.group, files) end
   if not gid then return nil, why end
   return { uid = uid, gid = gid, additionalGids = json.array { gid } }
end

--- Look a user up.
--
-- As containerd does, a number that the rootfs does not know is used as it is,
-- with group 0. A group that is given stands alone; without one the user's
-- further groups come along.
local function resolve(wanted, files)
   local has_group = wanted.gid or wanted.group
   local entry, why
   if wanted.name or not has_group then
      entry, why = ask(files, "/etc/passwd", accounts.user, wanted.name or wanted.uid)
   end
   if why then return nil, why end
   local uid = wanted.uid or entry and entry.uid
   if not uid then
      return nil, ("the rootfs has no user %s"):format(escape.show(wanted.name))
   end
   if has_group then return of_group(uid, wanted, files) end
   return of_entry(uid, entry, files)
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

--- docker's group_add: beside the groups that the user has.
local function join(target, groups, files)
   local gids = {}
   for i, group in ipairs(groups) do
      local gid, why = group, nil
      if type(group) == "string" then gid, why = find_group(group, files) end
      if not gid then return nil, ("groups[%d]: %s"):format(i, why) end
      gids[i] = gid
   end
   local had = target.additionalGids or { target.gid }
   target.additionalGids = add_groups(copy.list(had), gids)
   return true
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

   local files = library(context.read_file)
   if wanted then
      local found, why = resolve(wanted, files)
      if not found then return nil, "user: " .. why end
      spec.process.user = found
      context.origin["process.user"] = config.user and "user" or "image"
   end
   if config.user and context.groups then
      local ok, why = join(spec.process.user, context.groups, files)
      if not ok then return nil, "the container's " .. why end
   end
   if not config.groups then return true end
   spec.process.user = spec.process.user or { uid = 0, gid = 0 }
   context.origin["process.user.additionalGids"] = "groups"
   return join(spec.process.user, config.groups, files)
end

return user
