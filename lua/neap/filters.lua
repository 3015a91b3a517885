--- Which containers: a table of wishes as one of containerd's filter strings.
--
-- Terms within a string must all hold; of several strings one is enough.

local escape = require "neap.escape"
local fields = require "neap.fields"

local filters = {}

--- Ours, and what containerd calls them.
local KNOWN <const> = { id = "id", image = "image", runtime = "runtime.name" }
local ALLOWED <const> = 'id, image, runtime, or labels by name: ["labels.tier"]'

--- Values and names of labels may hold anything: quote them as Go would.
local function quote(text)
   return '"' .. text:gsub('["\\]', "\\%0"):gsub("%c", function(control)
      return ("\\x%02x"):format(control:byte())
   end) .. '"'
end

local function term(name, value)
   local label = name:match "^labels%.(.+)$"
   if not label and not KNOWN[name] then
      return nil, ("filters.%s: unknown field (%s)"):format(escape.text(name), ALLOWED)
   end
   local field = label and "labels." .. quote(label) or KNOWN[name]
   if value == true then return field end
   if type(value) == "string" then return field .. "==" .. quote(value) end
   return nil, ("filters.%s: %s is not a string, or true for any value"):format(
      escape.text(name), escape.show(value)
   )
end

local function from_strings(list)
   local strings = {}
   for i, text in ipairs(list) do
      if type(text) ~= "string" or text == "" or text:find "%c" then
         return nil, ("filters[%d]: %s is not a filter"):format(i, escape.show(text))
      end
      strings[i] = text
   end
   return strings
end

--- Read filters: nil, one of containerd's strings, a list of them, or a table like
--- { image = "busybox", ["labels.tier"] = "db", ["labels.owner"] = true }.
---@param given any
---@return string[]? strings  none: every container
---@return string? why  names the field
function filters.parse(given)
   if given == nil then return {} end
   if type(given) == "string" then return from_strings { given } end
   if type(given) ~= "table" then
      return nil, ("filters: %s is not a filter (%s)"):format(escape.show(given), ALLOWED)
   end
   if fields.is_list(given) then return from_strings(given) end

   local terms = {}
   for i, name in ipairs(fields.names(given)) do
      if type(name) ~= "string" then
         return nil, ("filters[%s]: %s has no field name"):format(name, escape.show(given[name]))
      end
      local text, why = term(name, given[name])
      if not text then return nil, why end
      terms[i] = text
   end
   return { table.concat(terms, ",") }
end

return filters
