--- Rows of text under headings, each column as wide as its widest entry.

local escape = require "neap.escape"

local columns = {}

local GAP <const> = "   "

local function width(text)
   return utf8.len(text) or #text
end

--- Lay out a table. Entries are shown on one line, whatever is in them.
---@param headings string[]
---@param rows (string|number)[][]
---@return string text  a line each, ended by a newline
function columns.format(headings, rows)
   local shown, widest = { headings }, {}

   for _, row in ipairs(rows) do
      local line = {}
      for position = 1, #headings do
         line[position] = escape.text(tostring(row[position] or "-"))
      end
      shown[#shown + 1] = line
   end
   for position = 1, #headings do
      widest[position] = 0
      for _, line in ipairs(shown) do
         widest[position] = math.max(widest[position], width(line[position]))
      end
   end

   local lines = {}
   for index, line in ipairs(shown) do
      local cells = {}
      for position = 1, #headings do
         local fill = position < #headings and widest[position] - width(line[position]) or 0
         cells[position] = line[position] .. (" "):rep(fill)
      end
      lines[index] = table.concat(cells, GAP) .. "\n"
   end
   return table.concat(lines)
end

--- How long ago, as people say it: "3 minutes ago".
---@param seconds number
---@return string
function columns.ago(seconds)
   local units = { { 86400, "day" }, { 3600, "hour" }, { 60, "minute" } }
   local size, unit = 1, "second"

   for _, candidate in ipairs(units) do
      if seconds >= candidate[1] then
         size, unit = candidate[1], candidate[2]
         break
      end
   end
   local count = math.max(0, seconds // size | 0)
   return ("%d %s%s ago"):format(count, unit, count == 1 and "" or "s")
end

return columns
