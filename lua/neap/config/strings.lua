--- Strings that become arguments and variables of a process.
--
-- execve ends each with NUL and bounds their length; the runtime spec carries
-- them as JSON, and so as UTF-8. What cannot arrive is refused before it is sent.

local defaults = require "neap.defaults"
local escape = require "neap.escape"
local fields = require "neap.fields"
local json = require "neap.json"

local strings = {}

local POINTER <const> = 8 -- the kernel counts the pointer to each string too

--- Check one string.
---@return string? text
---@return string? why
function strings.one(value)
   if type(value) ~= "string" then
      return nil, ("%s is not a string"):format(escape.show(value))
   end
   if #value > defaults.exec_string then
      return nil, ("%s has %d bytes (the kernel takes at most %d)"):format(
         escape.show(value), #value, defaults.exec_string
      )
   end
   if value:find("\0", 1, true) then
      return nil, ("%s contains NUL"):format(escape.show(value))
   end
   if not utf8.len(value) then
      return nil, ("%s is not UTF-8, which the runtime spec is written in"):format(
         escape.show(value)
      )
   end
   return value
end

--- Check a list of strings. `name` begins the message.
---@param value any
---@param name string
---@return string[]? list  a copy
---@return string? why
function strings.list(value, name)
   if not fields.is_list(value) then
      return nil, ("%s: %s is not a list of strings"):format(name, escape.show(value))
   end
   local list = {}
   for i, item in ipairs(value) do
      local text, why = strings.one(item)
      if not text then return nil, ("%s[%d]: %s"):format(name, i, why) end
      list[i] = text
   end
   return #list > 0 and list or json.array(list) -- else it became JSON's {}
end

--- Check that arguments and environment together fit what execve takes.
---@param args? string[]
---@param env? string[]
---@return true? ok
---@return string? why
function strings.fit(args, env)
   local total = 0
   for _, list in ipairs { args or {}, env or {} } do
      for _, item in ipairs(list) do total = total + #item + 1 + POINTER end
   end
   if total > defaults.exec_total then
      return nil, ("args and env have %d bytes together (the kernel takes at most %d)")
         :format(total, defaults.exec_total)
   end
   return true
end

return strings
