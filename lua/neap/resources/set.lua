--- Sets of numbers as the kernel writes them: "0-2,4".

local set = {}

---@alias neap.resources.Range { first: integer, last: integer }

--- Read one.
---@param text any
---@return neap.resources.Range[]? ranges  in order, apart from each other
function set.parse(text)
   if type(text) ~= "string" then return nil end
   local ranges = {}
   for part in (text .. ","):gmatch "([^,]*)," do
      local first, last = part:match "^(%d+)%-?(%d*)$"
      if first and part:find("-", 1, true) and last == "" then return nil end
      first = math.tointeger(tonumber(first))
      last = last == "" and first or math.tointeger(tonumber(last))
      if not first or not last or last < first then return nil end
      ranges[#ranges + 1] = { first = first, last = last }
   end
   table.sort(ranges, function(a, b) return a.first < b.first end)

   local apart = {}
   for _, range in ipairs(ranges) do
      local before = apart[#apart]
      if before and range.first <= before.last + 1 then
         before.last = math.max(before.last, range.last)
      else
         apart[#apart + 1] = range
      end
   end
   return apart
end

--- Is all of one in the other?
---@param ranges neap.resources.Range[]
---@param others neap.resources.Range[]
---@return boolean
function set.is_within(ranges, others)
   for _, range in ipairs(ranges) do
      local is_in = false
      for _, other in ipairs(others) do
         is_in = is_in or range.first >= other.first and range.last <= other.last
      end
      if not is_in then return false end
   end
   return true
end

--- How many numbers there are in it.
---@param ranges neap.resources.Range[]
---@return integer
function set.count(ranges)
   local count = 0
   for _, range in ipairs(ranges) do count = count + range.last - range.first + 1 end
   return count
end

return set
