--- How much of something a spec takes. With the collector at full speed that is a
--- tenth: each of its steps walks all that the process holds.

local is_slow = os.getenv "NEAP_GC" == "full"

---@param much integer
---@return integer
return function(much)
   return is_slow and math.max(1, much // 10) or much
end
