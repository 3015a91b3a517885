--- A mount in docker's words: a table with type, source, target, readonly, …

local escape = require "neap.escape"
local fields = require "neap.fields"
local flags = require "neap.config.mount.flags"
local strings = require "neap.config.strings"
local text = require "neap.config.mount.text"
local tmpfs = require "neap.config.mount.tmpfs"
local volume = require "neap.config.mount.volume"

local words = {}

local COMMON <const> = { "type", "target", "destination", "readonly", "options" }

--- What the kernel makes up, and the options docker mounts it with.
local MADE_UP <const> = {
   proc = { "nosuid", "noexec", "nodev" },
   sysfs = { "nosuid", "noexec", "nodev", "ro" },
   cgroup = { "ro", "nosuid", "noexec", "nodev", "relatime" },
   mqueue = { "nosuid", "noexec", "nodev" },
}

local function known(more)
   local set = {}
   for _, list in ipairs { COMMON, more } do
      for _, name in ipairs(list) do set[name] = true end
   end
   return set
end

local TYPES <const> = {
   bind = known { "source", "propagation", "recursive" },
   volume = known { "source", "nocopy", "labels" },
   tmpfs = known { "size", "mode" },
}
for name in pairs(MADE_UP) do TYPES[name] = known { "source" } end

local OTHER_WORDS <const> = {
   src = "source", dst = "destination", ro = "readonly", read_only = "readonly",
   bind_propagation = "propagation", ["bind-propagation"] = "propagation",
   nonrecursive = "recursive", tmpfs_size = "size", tmpfs_mode = "mode",
   volume_nocopy = "nocopy", no_copy = "nocopy", name = "source",
}

local ALL <const> = {}
for _, set in pairs(TYPES) do
   for name in pairs(set) do ALL[name] = true end
end

--- Words that OCI does not have.
local OWN <const> = {
   "target", "readonly", "propagation", "recursive", "size", "mode",
   "nocopy", "labels",
}

--- Is this table to be read here, rather than as OCI's own?
---@param given table
---@return boolean
function words.is_for(given)
   for _, name in ipairs(OWN) do
      if given[name] ~= nil then return true end
   end
   return given.type == "volume"
end

local function type_of(given)
   local kind, source = given.type, given.source
   if kind == nil and source ~= nil then
      kind = type(source) == "string" and not text.is_path(source) and "volume" or "bind"
   end
   if kind == nil or TYPES[kind] then return kind end
   return nil, ("type: %s is not a type of mount (%s)"):format(
      escape.show(kind), table.concat(fields.names(TYPES), ", ")
   )
end

local function check_fields(given)
   local ok, unknown = fields.check(given, ALL, OTHER_WORDS)
   if not ok then return nil, unknown end
   local kind, wrong = type_of(given)
   if not kind then
      return nil, wrong or ("type: missing (%s)"):format(table.concat(fields.names(TYPES), ", "))
   end
   for _, name in ipairs(fields.names(given)) do
      if not TYPES[kind][name] then
         return nil, ("%s: a mount of type %s has none"):format(name, kind)
      end
   end
   if given.target ~= nil and given.destination ~= nil then
      return nil, "target, destination: both are given (they mean the same)"
   end
   return kind
end

local function check_boolean(given, name)
   local value = given[name]
   if value == nil or type(value) == "boolean" then return true end
   return nil, ("%s: %s is not true or false"):format(name, escape.show(value))
end

--- The words that fields stand for, behind those of `options`.
local function list_words(given)
   local list, why = strings.list(given.options or {}, "options")
   if not list then return nil, why end
   for _, name in ipairs { "readonly", "recursive", "nocopy" } do
      local ok, unclear = check_boolean(given, name)
      if not ok then return nil, unclear end
   end
   if given.readonly ~= nil then list[#list + 1] = given.readonly and "ro" or "rw" end
   if given.recursive ~= nil then list[#list + 1] = given.recursive and "rbind" or "bind" end
   if given.propagation == nil then return list end
   if not flags.is_propagation(given.propagation) then
      return nil, ("propagation: %s is none (%s)"):format(
         escape.show(given.propagation), flags.words { propagation = true }
      )
   end
   list[#list + 1] = given.propagation
   return list
end

local make = {}

function make.bind(given, list)
   if given.source == nil then return nil, "source: missing (a bind mount needs one)" end
   local source, why = strings.one(given.source)
   if not source then return nil, "source: " .. why end
   local chosen = {}
   for _, word in ipairs(list) do
      local ok, wrong = flags.note(word, flags.bind, chosen)
      if not ok then return nil, "options: " .. wrong end
   end
   return { source = given.source, options = flags.of_bind(chosen) }
end

function make.volume(given, list)
   if given.nocopy then list[#list + 1] = "nocopy" end
   return volume.new(given.source, "", list, given.labels)
end

function make.tmpfs(given, list)
   for _, name in ipairs { "size", "mode" } do
      if given[name] ~= nil then
         local value, why = tmpfs.numbers[name](given[name])
         if not value then return nil, ("%s: %s"):format(name, why) end
         list[#list + 1] = name .. "=" .. value
      end
   end
   local made, why = tmpfs.new("", list)
   if not made then return nil, "options: " .. why end
   return made
end

local function make_up(given, list, kind)
   local chosen = {}
   for _, word in ipairs(list) do
      local ok, why = flags.note(word, flags.tmpfs, chosen)
      if not ok then return nil, "options: " .. why end
   end
   local options, taken = {}, {}
   for _, word in ipairs(MADE_UP[kind]) do
      local other = {}
      flags.note(word, flags.tmpfs, other)
      local choice = next(other)
      options[#options + 1] = choice and chosen[choice] or word
      if choice then taken[choice] = true end
   end
   for _, choice in ipairs(fields.names(chosen)) do
      if not taken[choice] then options[#options + 1] = chosen[choice] end
   end
   return { source = given.source or kind, options = options }
end

--- Read one.
---@param given table
---@return table? mount
---@return string? why
function words.parse(given)
   local kind, wrong = check_fields(given)
   if not kind then return nil, wrong end
   local list, unclear = list_words(given)
   if not list then return nil, unclear end
   local mount, why = (make[kind] or make_up)(given, list, kind)
   if not mount then return nil, why end
   mount.type, mount.destination = kind, given.target or given.destination
   return mount
end

return words
