--- Fields that every process has, an exec too.

local environment = require "neap.config.environment"
local escape = require "neap.escape"
local id = require "neap.id"
local strings = require "neap.config.strings"
local user = require "neap.config.user"
local values = require "neap.config.values"

local named = values.named

local function args(value)
   local list, why = strings.list(value, "args")
   if not list then return nil, why end
   if #list == 0 then return nil, "args: the list is empty (at least the command)" end
   if list[1] == "" then return nil, "args[1]: the command is empty" end
   return list
end

local function cwd(value, context)
   local text, why = strings.one(value)
   if not text then return nil, why end
   local is_absolute = text:sub(1, 1) == "/"
      or context.platform == "windows" and text:find("^%a:[\\/]")
   if not is_absolute then
      return nil, ("%s is not absolute"):format(escape.show(value))
   end
   return text
end

return {
   id = named("id", id.parse),
   args = args,
   env = environment.parse,
   cwd = named("cwd", cwd),
   user = named("user", user.parse),
   groups = user.groups,
   terminal = named("terminal", values.boolean),
}
