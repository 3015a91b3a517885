--- How long something has been: for people.

local since = {}

local UNITS <const> = {
   { 86400, "d" }, { 3600, "h" }, { 60, "min" }, { 1, "s" },
}

--- "3 min": the largest unit of which there is one.
---@param seconds number
---@return string
function since.text(seconds)
   seconds = math.max(0, seconds)
   for _, unit in ipairs(UNITS) do
      if seconds >= unit[1] then return ("%d %s"):format(seconds // unit[1], unit[2]) end
   end
   return "0 s"
end

return since
