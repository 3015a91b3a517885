--- What a container's log is like: checked when the container is created, kept in
--- the label `neap.log`, used by whoever starts a logger for it.

local defaults = require "neap.defaults"
local escape = require "neap.escape"
local fields = require "neap.fields"
local json = require "neap.json"
local labels = require "neap.labels"
local path = require "neap.path"
local size = require "neap.size"
local values = require "neap.config.values"

local settings = {}

---@class neap.LogSettings
---@field driver "json-file"|"raw"|"none"
---@field path? string         absolute; without: of Neap's own making
---@field max_size? integer    bytes of one file
---@field max_file? integer    how many files
---@field compress? boolean
---@field fsync? "never"|"always"|integer  seconds
---@field on_error? "block"|"drop"
---@field backlog? integer     bytes kept for who attaches

local DRIVERS <const> = { ["json-file"] = true, raw = true, none = true }

local function one_of(allowed, text)
   return function(value)
      if allowed[value] then return value end
      return nil, ("%s is none of %s"):format(escape.show(value), text)
   end
end

local MAX_FSYNC <const>, MAX_BACKLOG <const> = 86400, 1 << 30

local function fsync(value)
   if value == "never" or value == "always" then return value end
   local seconds = type(value) == "number" and math.tointeger(value)
   if seconds and seconds >= 1 and seconds <= MAX_FSYNC then return seconds end
   return nil, ('%s is not "never", "always" or a number of seconds (1 to %d)'):format(
      escape.show(value), MAX_FSYNC)
end

local function backlog(value)
   local bytes, why = size.parse(value)
   if not bytes then return nil, why end
   if bytes <= MAX_BACKLOG then return bytes end
   return nil, ("%s is too much (at most 1g)"):format(escape.show(value))
end

--- A file, there or not, in a directory that is there.
local function file(value, context)
   if type(value) ~= "string" or value == "" or value:find "%c" or value:sub(-1) == "/" then
      return nil, ("%s is not the path of a file"):format(escape.show(value))
   end
   local whole = path.absolute(value, context.cwd)
   if not context.fs then return whole end
   local parent, errno = context.fs.stat(path.parent(whole))
   if not parent then
      return nil, ("%s %s"):format(escape.show(path.parent(whole)), path.reason(errno)), errno
   end
   local found = context.fs.lstat and context.fs.lstat(whole)
   if found and found.type ~= "file" then
      return nil, ("%s is a %s, not a file"):format(escape.show(whole), found.type)
   end
   return whole
end

local CHECKS <const> = {
   driver = one_of(DRIVERS, '"json-file", "raw", "none"'),
   path = file,
   max_size = size.parse,
   max_file = values.integer(1, 10000),
   compress = values.boolean,
   fsync = fsync,
   on_error = one_of({ block = true, drop = true }, '"block", "drop"'),
   backlog = backlog,
}

local function check_together(checked)
   if checked.driver == "none" and checked.path then return nil, "path: driver none writes none" end
   if checked.compress and (checked.max_file or 1) < 2 then
      return nil, "compress: only what is rotated away is compressed (max_file of 2 or more)"
   end
   if (checked.max_file or 1) > 1 and not checked.max_size then
      return nil, "max_file: without max_size there is one file"
   end
   if checked.max_size == 0 then return nil, "max_size: 0 bytes hold nothing" end
   return checked
end

--- Check config field `log`.
---@param given any  a driver's name, or a table
---@param context { cwd: string?, fs: table? }
---@return neap.LogSettings? settings
---@return string? why
---@return string? errno
function settings.parse(given, context)
   if type(given) == "string" then given = { driver = given } end
   if type(given) ~= "table" then
      return nil, ("log: %s is neither a driver's name nor a table"):format(escape.show(given))
   end
   local ok, unknown = fields.check(given, CHECKS)
   if not ok then return nil, "log." .. unknown end
   local checked = { driver = "json-file" }
   for _, name in ipairs(fields.names(given)) do
      local value, why, errno = CHECKS[name](given[name], context)
      if value == nil then return nil, ("log.%s: %s"):format(name, why), errno end
      checked[name] = value
   end
   local fit, why = check_together(checked)
   if not fit then return nil, "log." .. why end
   return fit
end

--- A container's, from its labels; what they say is checked as what a user says is.
---@param record_labels table<string, string>
---@return neap.LogSettings?
function settings.of(record_labels)
   local text = record_labels[labels.log]
   if not text then return nil end
   local ok, value = pcall(json.decode, text)
   return ok and type(value) == "table" and settings.parse(value, {}) or nil
end

--- Its options, as neap-log takes them.
---@param made neap.LogSettings
---@param log? string  the file
---@return string[]
function settings.arguments(made, log)
   local list = { "--driver", made.driver }
   local function add(name, value)
      if value ~= nil then table.move({ name, tostring(value) }, 1, 2, #list + 1, list) end
   end
   if made.driver ~= "none" then add("--log", log) end
   add("--max-size", made.max_size)
   add("--max-file", made.max_file)
   if made.compress then list[#list + 1] = "--compress" end
   add("--fsync", made.fsync)
   add("--on-error", made.on_error)
   add("--backlog", made.backlog or defaults.log_backlog)
   return list
end

return settings
