--- Mounts: "src:dst[:ro]" as docker writes them, or OCI's own tables.

local escape = require "neap.escape"
local fields = require "neap.fields"
local path = require "neap.path"
local strings = require "neap.config.strings"

local mounts = {}

local KNOWN <const> = {
   destination = true, source = true, type = true, options = true,
   uidMappings = true, gidMappings = true,
}
local OTHER_WORDS <const> = {
   src = "source", dst = "destination", target = "destination",
   readonly = "options", ro = "options",
}
local ALLOWED <const> = '"source:destination[:ro]", or a table with destination, '
   .. "source, type and options"
local OPTIONS <const> = {
   ro = true, rw = true, nosuid = true, nodev = true, noexec = true,
   private = true, rprivate = true, slave = true, rslave = true,
   shared = true, rshared = true, bind = true, rbind = true,
}

local function options_of(text)
   local options, given = {}, {}
   for word in text:gmatch("[^,]+") do
      if not OPTIONS[word] then
         return nil, ("%s is not an option of a mount (%s)"):format(
            escape.show(word), table.concat(fields.names(OPTIONS), ", ")
         )
      end
      given[word] = true
      options[#options + 1] = word
   end
   if not given.ro and not given.rw then options[#options + 1] = "rw" end
   -- The runtime takes the last propagation it is told: ours comes first.
   table.insert(options, 1, "rprivate")
   if not given.bind and not given.rbind then table.insert(options, 1, "rbind") end
   return options
end

local function from_text(text)
   local source, destination, rest = text:match("^([^:]+):([^:]+):?(.*)$")
   if not source or rest:find(":", 1, true) then
      return nil, ("%s is not a mount (%s)"):format(escape.show(text), ALLOWED)
   end
   if not source:find("/", 1, true) and source ~= "." and source ~= ".." then
      return nil, ('%s is not a path with a "/" (for a directory here: "./%s")'):format(
         escape.show(source), escape.text(source)
      )
   end
   local options, why = options_of(rest)
   if not options then return nil, why end
   return { type = "bind", source = source, destination = destination, options = options }
end

local function from_table(given)
   local ok, unknown = fields.check(given, KNOWN, OTHER_WORDS)
   if not ok then return nil, unknown end

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
   mount.source = path.absolute(mount.source, context.cwd)
   if not context.fs then return true end

   local found, errno = context.fs.stat(mount.source)
   if found then return true end
   return nil, ("source %s %s"):format(escape.show(mount.source), path.reason(errno)), errno
end

local function parse_one(given, context)
   local mount, why
   if type(given) == "string" then
      mount, why = from_text(given)
   elseif type(given) == "table" then
      mount, why = from_table(given)
   else
      why = ("%s is not a mount (%s)"):format(escape.show(given), ALLOWED)
   end
   if not mount then return nil, why end

   local destination = mount.destination or ""
   if destination:sub(1, 1) ~= "/" or path.absolute(destination) == "/" then
      return nil, ('destination %s is not an absolute path below "/"'):format(
         escape.show(destination)
      )
   end
   mount.destination = path.absolute(destination)
   complete(mount)
   if is_bind(mount) then
      local ok, missing, errno = check_source(mount, context)
      if not ok then return nil, missing, errno end
   end
   return mount
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
      return nil, ("mounts: %s is not a list (of %s)"):format(escape.show(given), ALLOWED)
   end

   local list, taken = {}, {}
   for i, item in ipairs(given) do
      local mount, why, errno = parse_one(item, context)
      if not mount then return nil, ("mounts[%d]: %s"):format(i, why), errno end
      if taken[mount.destination] then
         return nil, ("mounts[%d]: %s is taken by mounts[%d]"):format(
            i, escape.show(mount.destination), taken[mount.destination]
         )
      end
      taken[mount.destination] = i
      list[i] = mount
   end
   return list
end

return mounts
