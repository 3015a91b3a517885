--- Files of variables, one "NAME=value" a line, as docker's --env-file reads them
--- (docker/cli, opts/file.go): "#" begins a comment, a NAME alone has the value
--- that it has here, nothing is unquoted.

local defaults = require "neap.defaults"
local environment = require "neap.config.environment"
local escape = require "neap.escape"
local fields = require "neap.fields"
local path = require "neap.path"
local strings = require "neap.config.strings"

local env_file = {}

local BOM <const> = "\xef\xbb\xbf"

local function read_line(line, getenv)
   local ok, why = strings.one(line)
   if not ok then return nil, why end
   local name, rest = line:match "^%s*([^=]*)(.*)$"
   if name == "" and rest == "" or name:sub(1, 1) == "#" then return false end
   if name == "" then return nil, ("%s names no variable"):format(escape.show(line)) end
   if name:find "%s" then
      return nil, ("%s is no name of a variable (there is a space in it)"):format(
         escape.show(name)
      )
   end
   if rest ~= "" then return name .. rest end
   local value = getenv(name)
   return value and name .. "=" .. value or false
end

--- Read the text of a file.
---@param text string
---@param getenv fun(name: string): string?
---@return string[]? entries  "NAME=value", each name once, the last value
---@return string? why        names the line
function env_file.entries(text, getenv)
   local entries, number = {}, 0
   if text:sub(1, #BOM) == BOM then text = text:sub(#BOM + 1) end
   for line in text:gmatch "[^\n]*" do
      number = number + 1
      if line:byte(-1) == 13 then line = line:sub(1, -2) end
      local entry, why = read_line(line, getenv)
      if why then return nil, ("line %d: %s"):format(number, why) end
      if entry then entries[#entries + 1] = entry end
   end
   return environment.merge(entries)
end

local function parse_one(value, context)
   if type(value) ~= "string" or value == "" or value:find("\0", 1, true) then
      return nil, ("%s is not the path of a file"):format(escape.show(value))
   end
   local whole = path.absolute(value, context.cwd)
   if not context.fs then return whole end
   local found, errno = context.fs.stat(whole)
   if not found then
      return nil, ("%s %s"):format(escape.show(whole), path.reason(errno)), errno
   end
   if found.type == "directory" then
      return nil, ("%s is a directory"):format(escape.show(whole)), "EISDIR"
   end
   return whole
end

--- Check what a user gives as env_file: a path, or several of which the later
--- ones go before the earlier. They are read when the spec is made.
---@param value any
---@param context neap.config.Context
---@return string[]? paths  absolute
---@return string? why
---@return string? errno
function env_file.parse(value, context)
   local given = type(value) == "string" and { value } or value
   if not fields.is_list(given) then
      return nil, ("env_file: %s is neither a path nor a list of paths"):format(escape.show(value))
   end
   local list = {}
   for i, item in ipairs(given) do
      local whole, why, errno = parse_one(item, context)
      if not whole then return nil, "env_file: " .. why, errno end
      list[i] = whole
   end
   return list
end

--- Read the files that a config names.
---@param paths? string[]
---@param machine neap.Machine
---@return string[]? entries
---@return string? why
function env_file.read(paths, machine)
   local lists = {}
   for i, file in ipairs(paths or {}) do
      local text, unread = machine.read(file, defaults.exec_total)
      if not text then
         return nil, ("env_file: %s: %s"):format(escape.show(file), unread or "it is not there")
      end
      local entries, wrong = env_file.entries(text, machine.getenv)
      if not entries then return nil, ("env_file: %s: %s"):format(escape.show(file), wrong) end
      lists[i] = entries
   end
   return environment.merge(table.unpack(lists))
end

return env_file
