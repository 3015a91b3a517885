--- Mounts: "src:dst[:ro]" as docker's -v has them, tables in the words of docker's
--- --mount, or OCI's own tables.

local escape = require "neap.escape"
local fields = require "neap.fields"
local path = require "neap.path"
local place = require "neap.config.mount.place"
local strings = require "neap.config.strings"
local text = require "neap.config.mount.text"
local tmpfs = require "neap.config.mount.tmpfs"
local words = require "neap.config.mount.words"

local mounts = {}

local KNOWN <const> = {
   destination = true, source = true, type = true, options = true,
   uidMappings = true, gidMappings = true,
}

--- The runtime-spec has them, and runc 1.1 looks at none.
local LEFT_OUT <const> = { "uidMappings", "gidMappings" }
local OTHER_WORDS <const> = { src = "source", dst = "destination", ro = "readonly" }

local function from_table(given)
   if words.is_for(given) then return words.parse(given) end
   local ok, unknown = fields.check(given, KNOWN, OTHER_WORDS)
   if not ok then return nil, unknown end
   for _, name in ipairs(LEFT_OUT) do
      if given[name] ~= nil then
         return nil, name .. ": the runtime leaves it out without a word (runc 1.1 maps no ids "
            .. "of a mount)"
      end
   end

   local mount = {}
   for name, value in pairs(given) do mount[name] = value end
   for _, name in ipairs { "destination", "source", "type" } do
      local value = mount[name]
      local _, why = strings.one(value or "")
      if why then return nil, ("%s: %s"):format(name, why) end
   end
   if mount.options then
      local list, why = strings.list(mount.options, "options")
      if not list then return nil, why end
      mount.options = list
   end
   return mount
end

local function is_bind(mount)
   if mount.type == "bind" then return true end
   if mount.type == "volume" then return false end
   for _, option in ipairs(mount.options or {}) do
      if option == "bind" or option == "rbind" then return true end
   end
   return false
end

--- A mount of a path without a type can only be a bind mount.
local function complete(mount)
   if mount.type or is_bind(mount) then return end
   if not mount.source or not mount.source:find("/", 1, true) then return end
   mount.type = "bind"
   mount.options = table.move(mount.options or {}, 1, #(mount.options or {}), 2, { "rbind" })
end

local function check_source(mount, context)
   if not mount.source or mount.source == "" then
      return nil, "a bind mount needs a source"
   end
   local ok, unfit = strings.one(mount.source)
   if not ok then return nil, "source: " .. unfit end
   mount.source = path.absolute(mount.source, context.cwd)
   if not context.fs then return true end

   local found, errno = context.fs.stat(mount.source)
   if found then return true end
   return nil, ("source %s %s"):format(escape.show(mount.source), path.reason(errno)), errno
end

local function read(given)
   if type(given) == "string" then return text.parse(given) end
   if type(given) == "table" then return from_table(given) end
   return nil, ("%s is not a mount (%s)"):format(escape.show(given), text.allowed)
end

--- Where it goes, and what it is made of.
local function settle(mount, context)
   local destination, misplaced = place.parse(mount.destination)
   if not destination then return nil, misplaced end
   local ok, why = strings.one(destination)
   if not ok then return nil, "destination: " .. why end
   mount.destination = destination
   complete(mount)
   if is_bind(mount) then
      local _, missing, errno = check_source(mount, context)
      if missing then return nil, missing, errno end
   end
   ok, why = place.check(mount, context)
   if not ok then return nil, why end
   return mount
end

--- Read each of a list; no two may have one destination.
local function parse_list(given, name, read_one, context)
   local list, taken = {}, {}
   for i, item in ipairs(given) do
      local mount, why, errno = read_one(item)
      if mount then mount, why, errno = settle(mount, context) end
      if not mount then return nil, ("%s[%d]: %s"):format(name, i, why), errno end
      if taken[mount.destination] then
         return nil, ("%s[%d]: %s is taken by %s[%d]"):format(
            name, i, escape.show(mount.destination), name, taken[mount.destination]
         )
      end
      taken[mount.destination] = i
      list[i] = mount
   end
   return list
end

--- Read a list of mounts. Sources become absolute; those of bind mounts must be
--- there, since the runtime would call a missing one a missing command.
---@param given any
---@param context neap.config.Context
---@return table[]? mounts  OCI mounts
---@return string? why  names the mount
---@return string? errno
function mounts.parse(given, context)
   if not fields.is_list(given) then
      return nil, ("mounts: %s is not a list (of %s)"):format(escape.show(given), text.allowed)
   end
   return parse_list(given, "mounts", read, context)
end

--- { ["/run"] = "size=64m" } as docker's API has it, as a list; a list as it is.
local function list_of(given)
   if type(given) == "string" then return { given } end
   if type(given) ~= "table" or fields.is_list(given) then return given end
   local list = {}
   for _, destination in ipairs(fields.names(given)) do
      local options = given[destination]
      local is_text = type(destination) == "string" and type(options) == "string"
      list[#list + 1] = is_text and (options == "" and destination or destination .. ":" .. options)
         or false
   end
   return list
end

--- Read where a tmpfs is to be: "/run", a list of them, or a table by destination.
---@param given any
---@param context neap.config.Context
---@return table[]? mounts  OCI mounts
---@return string? why
function mounts.parse_tmpfs(given, context)
   local list = list_of(given)
   if not fields.is_list(list) then
      return nil, ('tmpfs: %s is not a list (of "/destination[:size=64m]")'):format(
         escape.show(given)
      )
   end
   return parse_list(list, "tmpfs", tmpfs.parse, context)
end

--- Do the fields that mount leave each other's places alone?
---@param checked table  the config
---@return true? ok
---@return string? why
function mounts.check(checked)
   if not checked.tmpfs and not checked.shm_size then return true end
   local taken = {}
   for i, mount in ipairs(checked.mounts or {}) do taken[mount.destination] = i end
   for i, mount in ipairs(checked.tmpfs or {}) do
      if taken[mount.destination] then
         return nil, ("tmpfs[%d]: %s is taken by mounts[%d]"):format(
            i, escape.show(mount.destination), taken[mount.destination]
         )
      end
      taken[mount.destination] = taken[mount.destination] or i
   end
   if checked.shm_size and taken["/dev/shm"] then
      return nil, 'shm_size: something else is mounted at "/dev/shm"'
   end
   return true
end

return mounts
