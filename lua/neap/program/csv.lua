--- One line of comma-separated values (RFC 4180), as docker reads --mount.

local csv = {}

--- A field in quotes, from `at`: its value, and where the next begins.
local function quoted(line, at)
   local parts, from = {}, at + 1
   while true do
      local close = line:find('"', from, true)
      if not close then return nil, 'a " is not closed' end
      parts[#parts + 1] = line:sub(from, close - 1)
      local following = line:sub(close + 1, close + 1)
      if following == "" then return table.concat(parts), #line + 2 end
      if following == "," then return table.concat(parts), close + 2 end
      if following ~= '"' then return nil, 'a " is inside a field (it is written "")' end
      parts[#parts + 1] = '"'
      from = close + 2
   end
end

local function plain(line, at)
   local comma = line:find(",", at, true) or #line + 1
   local field = line:sub(at, comma - 1)
   if field:find('"', 1, true) then return nil, 'a " is inside a field without quotes' end
   return field, comma + 1
end

--- Split a line.
---@param line string
---@return string[]? fields
---@return string? why
function csv.split(line)
   if line:find "[\r\n]" then return nil, "more than one line" end
   local list, at = {}, 1
   repeat
      local is_quoted = line:sub(at, at) == '"'
      local field, following = (is_quoted and quoted or plain)(line, at)
      if not field then return nil, following end
      list[#list + 1] = field
      at = following
   until at > #line + 1
   return list
end

return csv
