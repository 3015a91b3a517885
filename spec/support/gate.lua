--- A consumer of output that takes nothing until it is opened.

local core = require "neap.core"

---@class support.Gate
---@field size integer      how much it was given
---@field is_over boolean?  was it told the end?
---@field take async fun(bytes: string?)

---@return support.Gate
return function()
   local gate = { size = 0, condition = core.condition() }

   function gate.take(bytes)
      while not gate.is_open do gate.condition:wait() end
      gate.size = gate.size + #(bytes or "")
      gate[#gate + 1] = bytes
      if not bytes then gate.is_over = true end
   end

   function gate.open()
      gate.is_open = true
      gate.condition:notify()
   end

   return gate
end
