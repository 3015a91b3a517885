--- A value of a spec in a few words, for people.

local json = require "neap.json"
local fields = require "neap.fields"

local brief = {}

local WIDTH <const> = 60
local NAMING <const> = { destination = true, type = true, path = true, pageSize = true }

local function is_scalar(value)
   return type(value) ~= "table"
end

local function list_text(list)
   local parts = {}
   for i, item in ipairs(list) do
      if not is_scalar(item) then
         return ("%d %s"):format(#list, #list == 1 and "entry" or "entries")
      end
      parts[i] = tostring(item)
      if i > WIDTH then break end -- nobody sees more
   end
   return "[" .. table.concat(parts, ", ") .. "]"
end

local function text_of(value, key)
   if is_scalar(value) then return value == json.null and "null" or tostring(value) end
   if json.is_array(value) or value[1] ~= nil then return list_text(value) end
   local texts, tables = {}, {}
   for _, name in ipairs(fields.names(value)) do
      local item = value[name]
      local parts = is_scalar(item) and texts or tables
      if not NAMING[name] or item ~= key then
         parts[#parts + 1] = ("%s=%s"):format(tostring(name), text_of(item))
      end
   end
   table.move(tables, 1, #tables, #texts + 1, texts)
   return texts[1] and table.concat(texts, " ") or "{}"
end

local function cut(text)
   local characters = utf8.len(text)
   if not characters then return #text <= WIDTH and text or text:sub(1, WIDTH - 3) .. "..." end
   if characters <= WIDTH then return text end
   return text:sub(1, utf8.offset(text, WIDTH - 2) - 1) .. "..."
end

--- What is at a path. What the path says is not said again: a mount's
--- destination, a variable's name.
---@param value any
---@param path string
---@return string
function brief.value(value, path)
   if value == nil then return "-" end
   local key = path:match "%[(.*)%]$"
   local is_variable = key and type(value) == "string" and path:find "^process%.env%["
   if is_variable and value:sub(1, #key + 1) == key .. "=" then value = value:sub(#key + 2) end
   return cut(text_of(value, key))
end

return brief
