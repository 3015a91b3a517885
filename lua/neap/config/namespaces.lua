--- What a container shares with the host, or with another container, by docker's
--- words: "host", "container:ID", and what each kind of namespace has besides.

local escape = require "neap.escape"
local id = require "neap.id"

local namespaces = {}

---@class neap.config.Namespace
---@field kind "private"|"host"|"container"|"none"
---@field id? string  the container's

local function quoted(words)
   local list = {}
   for i, word in ipairs(words) do list[i] = '"' .. word .. '"' end
   return table.concat(list, ", ")
end

--- A check for one kind of namespace.
---@param what string     "a network", for messages
---@param words string[]  beside "container:ID"; "shareable" is docker's, and private
---@return fun(value: any): neap.config.Namespace?, string?
function namespaces.parse(what, words)
   local kinds = {}
   for _, word in ipairs(words) do kinds[word] = word == "shareable" and "private" or word end
   return function(value)
      if kinds[value] then return { kind = kinds[value] } end
      local other = type(value) == "string" and value:match "^container:(.*)$"
      if not other then
         return nil, ('%s is not %s (%s or "container:ID")'):format(
            escape.show(value), what, quoted(words)
         )
      end
      local checked, why = id.parse(other)
      if not checked then return nil, why end
      return { kind = "container", id = checked }
   end
end

return namespaces
