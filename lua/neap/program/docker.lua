--- docker's options for a container, and the config they mean.
--
-- Values pass as they were typed wherever a config takes strings: the config's
-- own checks name what is wrong with them.

local docker = {}

---@class neap.program.OptionGroup
---@field options neap.program.Option[]
---@field fields table<string, string>   the config's field that an option becomes
---@field maps? table<string, string>    options whose "NAME=VALUE"s become a table by name
---@field reads? table<string, string>   the option that `read` makes a config's field of
---@field numbers? table<string, true>   options that are numbers where they can be
---@field read? fun(config: table, parsed: table, host: neap.program.Host): true?, string?

---@type neap.program.OptionGroup[]
local groups = {}
for i, name in ipairs {
   "storage", "life", "process", "limits", "isolation", "devices", "security",
} do
   groups[i] = require("neap.program.docker." .. name)
end

---@type neap.program.Option[]
docker.options = {}
for _, group in ipairs(groups) do
   table.move(group.options, 1, #group.options, #docker.options + 1, docker.options)
end

local function number(text)
   return math.tointeger(tonumber(text)) or tonumber(text) or text
end

local function add_fields(config, parsed, group)
   for option, field in pairs(group.fields) do
      local value = parsed[option]
      if type(value) == "table" then
         if #value > 0 then config[field] = value end
      elseif value ~= nil then
         config[field] = (group.numbers or {})[option] and number(value) or value
      end
   end
end

local function split(entry, option)
   local name, value = entry:match("^([^=]+)=(.*)$")
   if name then return name, value end
   if option == "label" and entry:find "^[^=]" then return entry, "" end -- as docker has it
   return nil, ("--%s: %s is not NAME=VALUE"):format(option:gsub("_", "-"), entry)
end

local function add_maps(config, parsed, group)
   for option, field in pairs(group.maps or {}) do
      for _, entry in ipairs(parsed[option] or {}) do
         local name, value = split(entry, option)
         if not name then return nil, value end
         config[field] = config[field] or {}
         config[field][name] = value
      end
   end
   return true
end

---@class neap.program.Host
---@field getenv fun(name: string): string?

--- This machine, as docker.config looks at it.
---@type neap.program.Host
docker.host = { getenv = os.getenv }

--- Turn what was parsed into a config. Pure but for `host`.
---@param parsed table
---@param host neap.program.Host
---@return table? config  without args
---@return string? why  a usage error
function docker.config(parsed, host)
   local config = {}
   for _, group in ipairs(groups) do
      add_fields(config, parsed, group)
      local ok, why = add_maps(config, parsed, group)
      if ok and group.read then ok, why = group.read(config, parsed, host) end
      if not ok then return nil, why end
   end
   return config
end

local function is_given(value)
   if type(value) == "table" then return #value > 0 end
   return value ~= nil
end

--- The option that a field is of: the only one that was given.
local function option_of(field, parsed)
   local found, is_read
   for _, group in ipairs(groups) do
      local of_field = { (group.reads or {})[field] }
      for _, map in ipairs { group.fields, group.maps or {} } do
         for option, name in pairs(map) do
            if name == field then of_field[#of_field + 1] = option end
         end
      end
      for _, option in ipairs(of_field) do
         if is_given(parsed[option]) then
            if found then return nil end
            found, is_read = option, option == (group.reads or {})[field]
         end
      end
   end
   return found, is_read
end

--- Have a refusal name the option that was typed, where it names a config's field.
---@param err neap.Error
---@param parsed table
---@return neap.Error err  the same
function docker.say(err, parsed)
   local field, rest = err.message:match "^([%l_]+)([%[:%.].*)$"
   if err.code ~= "invalid_argument" or not field then return err end
   local option, is_read = option_of(field, parsed)
   if not option then return err end
   option = "--" .. option:gsub("_", "-")
   err.message = is_read and option .. " " .. err.message or option .. rest
   return err
end

return docker
