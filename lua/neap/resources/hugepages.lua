--- Limits on huge pages: { ["2MB"] = "64m" }, as OCI's hugepageLimits.

local escape = require "neap.escape"
local fields = require "neap.fields"
local size = require "neap.size"

--- Sizes of pages are powers of two, in the kernel's units.
local function is_page_size(text)
   local number, unit = tostring(text):match "^(%d+)([KMG])B$"
   number = math.tointeger(tonumber(number))
   return unit ~= nil and number ~= nil and number > 0 and number & (number - 1) == 0
end

---@param value any
---@return table[]? limits
---@return string? why
return function(value)
   if type(value) ~= "table" then
      return nil, ("%s is not a table of sizes by sizes of pages"):format(escape.show(value))
   end
   local list = {}
   for i, page in ipairs(fields.names(value)) do
      if not is_page_size(page) then
         return nil, ('%s is not the size of a page ("2MB", "1GB")'):format(escape.show(page))
      end
      local limit, why = size.parse(value[page])
      if not limit then return nil, ("%s: %s"):format(page, why) end
      list[i] = { pageSize = page, limit = limit }
   end
   return list
end
