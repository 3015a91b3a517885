--- Environment variables: a list of "NAME=value", or a table by name.

local escape = require "neap.escape"
local fields = require "neap.fields"
local strings = require "neap.config.strings"

local environment = {}

local function check_entry(entry, where)
   local text, why = strings.one(entry)
   if not text then return nil, ("%s: %s"):format(where, why) end
   if not text:find("^[^=]+=") then
      return nil, ('%s: %s is not "NAME=value"'):format(where, escape.show(text))
   end
   return text
end

local function check_pair(name, value)
   local where = "env." .. escape.text(name)
   if name == "" or name:find("=", 1, true) then
      return nil, ('env: %s is not the name of a variable (not empty, without "=")')
         :format(escape.show(name))
   end
   if type(value) ~= "string" and type(value) ~= "number" then
      return nil, ("%s: %s is not a string"):format(where, escape.show(value))
   end
   return check_entry(name .. "=" .. value, where)
end

--- Merge lists of "NAME=value"; of several with one name the last value wins, in
--- the place of the first.
---@param ... string[]?
---@return string[]
function environment.merge(...)
   local merged, place = {}, {}
   for i = 1, select("#", ...) do
      for _, entry in ipairs((select(i, ...)) or {}) do
         local name = entry:match("^[^=]*")
         if not place[name] then place[name] = #merged + 1 end
         merged[place[name]] = entry
      end
   end
   return merged
end

--- Does the list set this variable?
---@param env string[]
---@param name string
---@return boolean
function environment.has(env, name)
   for _, entry in ipairs(env) do
      if entry:match("^[^=]*") == name then return true end
   end
   return false
end

--- Check what a user gives as env.
---@param given any
---@return string[]? env  "NAME=value", each name once
---@return string? why  names the entry
function environment.parse(given)
   if type(given) ~= "table" then
      return nil, ('env: %s is not a list of "NAME=value" or a table by name')
         :format(escape.show(given))
   end

   local list = {}
   for _, name in ipairs(fields.names(given)) do
      local entry, why
      if type(name) == "string" then
         entry, why = check_pair(name, given[name])
      else
         entry, why = check_entry(given[name], ("env[%s]"):format(name))
      end
      if not entry then return nil, why end
      list[#list + 1] = { key = name, entry = entry }
   end
   -- The list's entries keep their order and go before those by name.
   table.sort(list, function(a, b)
      if type(a.key) == type(b.key) then return a.key < b.key end
      return type(a.key) == "number"
   end)

   local entries = {}
   for i, item in ipairs(list) do entries[i] = item.entry end
   return environment.merge(entries)
end

return environment
