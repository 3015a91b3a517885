--- The consumers that an end of an output has.

local consumers = {}

--- The consumers of an output; one, unless it is a list.
---@param e neap.stdio.End
---@return neap.stdio.End[]
function consumers.list(e)
   return e.kind == "list" and e.consumers or { e }
end

--- Can a logger feed it? It has a pipe to nobody.
---@param name string
---@param e neap.stdio.End
---@return boolean ok
---@return string? why
function consumers.can_be_fed(name, e)
   for _, one in ipairs(consumers.list(e)) do
      if one.kind == "pipe" then
         return false, ('%s: no "pipe" where the output is logged (give a function)'):format(name)
      end
   end
   return true
end

return consumers
