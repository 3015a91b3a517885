--- docker's --mount: "type=bind,source=/srv,target=/data,readonly", as a config's
--- table. Values pass as they were typed, where the config has a check for them.

local csv = require "neap.program.csv"
local escape = require "neap.escape"
local nearest = require "neap.nearest"

local mount = {}

---@type table<string, string>  docker's key -> the config's field
local FIELDS <const> = {
   type = "type",
   source = "source", src = "source",
   target = "target", dst = "target", destination = "target",
   readonly = "readonly", ro = "readonly",
   ["bind-propagation"] = "propagation",
   ["bind-nonrecursive"] = "recursive",
   ["volume-nocopy"] = "nocopy", ["volume-label"] = "labels",
   ["tmpfs-size"] = "size", ["tmpfs-mode"] = "mode",
}
local BOOLEANS <const> = { readonly = true, recursive = true, nocopy = true }

--- As Go's strconv.ParseBool; a key alone says yes.
local TRUE <const> = { ["1"] = true, t = true, T = true, ["true"] = true, TRUE = true, True = true }
local FALSE <const> = {
   ["0"] = true, f = true, F = true, ["false"] = true, FALSE = true, False = true,
}

local function names()
   local list = {}
   for name in pairs(FIELDS) do list[#list + 1] = name end
   table.sort(list)
   return list
end

local function boolean(key, value)
   if value == nil or TRUE[value] then return true end
   if FALSE[value] then return false end
   return nil, ("%s: %s is not true or false"):format(key, escape.show(value))
end

--- The only one that may be given again.
local function add_label(made, value)
   local name, text = value:match "^([^=]+)=?(.*)$"
   if not name then return nil, "volume-label: a label has a name" end
   made.labels = made.labels or {}
   made.labels[name] = text
   return true
end

local function add(made, word)
   local key, value = word:match "^([^=]*)=(.*)$"
   key = (key or word):lower()
   local field = FIELDS[key]
   if not field then
      return nil, ("%s is not a word of a mount%s (%s)"):format(
         escape.show(key), nearest.hint(key, names()), table.concat(names(), ", ")
      )
   end
   if BOOLEANS[field] then
      local is_set, why = boolean(key, value)
      if is_set == nil then return nil, why end
      value = is_set
      if key == "bind-nonrecursive" then value = not value end
   end
   if value == nil then return nil, ("%s: no value (%s=...)"):format(key, key) end
   if field == "labels" then return add_label(made, value) end
   if made[field] ~= nil then return nil, ("%s: given twice"):format(key) end
   made[field] = field == "type" and value:lower() or value
   return true
end

--- Read one.
---@param text string
---@return table? mount  in the config's words
---@return string? why
function mount.parse(text)
   local words, broken = csv.split(text)
   if not words then return nil, ("%s: %s"):format(escape.show(text), broken) end
   local made = {}
   for _, word in ipairs(words) do
      local ok, why = add(made, word)
      if not ok then return nil, why end
   end
   if made.target == nil then return nil, "target: missing" end
   if made.type == nil and made.source == nil then made.type = "volume" end -- as docker does
   return made
end

return mount
