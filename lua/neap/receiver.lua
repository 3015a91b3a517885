--- What a method is called on, checked before the method runs: `client.load "x"` is
--- told so by its own line, not by one of Neap's.

local core = require "neap.core"

local receiver = {}

local function checked(class, name, method)
   local right = core.metatable(class)
   return function(self, ...)
      if getmetatable(self) ~= right then
         error(("calling '%s' on bad self (neap.%s expected, got %s); is it called with a dot?")
            :format(name, class, type(self)), 2)
      end
      return method(self, ...) -- whose caller is ours
   end
end

--- Have the methods of a class that are Lua's check it; the core's do.
---@param class string
---@param methods table<string, function>
function receiver.check(class, methods)
   for name, method in pairs(methods) do
      if debug.getinfo(method, "S").what == "Lua" then
         methods[name] = checked(class, name, method)
      end
   end
end

return receiver
