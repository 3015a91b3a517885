--- SELinux labels: the parts of one that differ from the machine's own for
--- containers, by docker's words, or "disable" for none.

local escape = require "neap.escape"
local fields = require "neap.fields"

local selinux = {}

---@class neap.config.Selinux
---@field is_disabled? boolean
---@field user? string
---@field role? string
---@field type? string
---@field level? string     "s0:c1,c2"
---@field filetype? string  the type of what is mounted

local PARTS <const> = { user = true, role = true, type = true, level = true, filetype = true }

local function is_part(name, value)
   if type(value) ~= "string" then return false end
   return value:find(name == "level" and "^[%w_.,:%-]+$" or "^[%w_.%-]+$") ~= nil
end

--- Read { type = "container_init_t" } or "disable".
---@param value any
---@return neap.config.Selinux?
---@return string? why
function selinux.parse(value)
   if value == "disable" then return { is_disabled = true } end
   if type(value) ~= "table" or next(value) == nil then
      return nil, ('selinux: %s is not "disable" or { user=, role=, type=, level=, filetype= }')
         :format(escape.show(value))
   end
   local ok, unknown = fields.check(value, PARTS)
   if not ok then return nil, "selinux: " .. unknown end
   local checked = {}
   for _, name in ipairs(fields.names(value)) do
      if not is_part(name, value[name]) then
         return nil, ("selinux.%s: %s is not a %s of a label"):format(
            name, escape.show(value[name]), name
         )
      end
      checked[name] = value[name]
   end
   return checked
end

return selinux
