--- The right word next to a misspelt one.

local nearest = {}

--- The least number of letters to insert, delete, replace or swap.
local function distance(a, b)
   local before, previous = nil, {}
   for j = 0, #b do previous[j] = j end

   for i = 1, #a do
      local current = { [0] = i }
      for j = 1, #b do
         local replaced = a:byte(i) == b:byte(j) and 0 or 1
         local least = math.min(
            previous[j] + 1, current[j - 1] + 1, previous[j - 1] + replaced
         )
         local swapped = i > 1 and j > 1
            and a:byte(i) == b:byte(j - 1) and a:byte(i - 1) == b:byte(j)
         current[j] = swapped and math.min(least, before[j - 2] + 1) or least
      end
      before, previous = previous, current
   end
   return previous[#b]
end

--- Find the word among `words` that `word` was probably meant to be.
---@param word any
---@param words string[]
---@return string? match  nil when nothing comes close
function nearest.find(word, words)
   if type(word) ~= "string" or #word > 64 then return nil end

   local best, least = nil, math.max(1, #word // 3) + 1
   for _, candidate in ipairs(words) do
      local steps = distance(word:lower(), candidate:lower())
      if steps < least then best, least = candidate, steps end
   end
   return best
end

--- The same as the end of a message: `, did you mean "memory"?`, or nothing.
---@param word any
---@param words string[]
---@return string
function nearest.hint(word, words)
   local match = nearest.find(word, words)
   return match and (', did you mean "%s"?'):format(match) or ""
end

return nearest
