--- The records of a namespace, those that match; with their tasks where wanted.

local core = require "neap.core"
local failure = require "neap.error"

---@param client neap.Client
---@param wanted? table|string  see neap.filters
---@param with_tasks boolean
---@param op string
---@return table[]? pairs  { container, task? } each
---@return neap.Error? err
return function(client, wanted, with_tasks, op)
   local parsed, why = require "neap.filters".parse(wanted)
   if not parsed then
      return nil, failure.new { code = "invalid_argument", op = op, message = why }
   end
   return core.container_list(client, parsed, with_tasks)
end
