--- Fields that every process has, an exec too.

local environment = require "neap.config.environment"
local escape = require "neap.escape"
local fields = require "neap.fields"
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

local cells = values.integer(1, 65535)

local function console_size(value)
   if type(value) ~= "table" then
      return nil, ("%s is not { width =, height = }"):format(escape.show(value))
   end
   local ok, unknown = fields.check(value, { width = true, height = true }, {
      columns = "width", cols = "width", rows = "height", lines = "height",
   })
   if not ok then return nil, unknown end
   local width, too_wide = cells(value.width)
   if not width then return nil, "width: " .. too_wide end
   local height, too_high = cells(value.height)
   if not height then return nil, "height: " .. too_high end
   return { width = width, height = height }
end

return {
   id = named("id", id.parse),
   args = args,
   env = environment.parse,
   env_file = values.late("neap.config.env_file", "parse"),
   cwd = named("cwd", cwd),
   user = named("user", user.parse),
   groups = user.groups,
   terminal = named("terminal", values.boolean),
   console_size = named("console_size", console_size),
}
