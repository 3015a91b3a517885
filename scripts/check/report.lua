-- Busted's output as scripts/check/run counts it: a line for each test, what went
-- wrong below it, and a last line that only a run has that came to its end.

-- A sanitizer that was preloaded is for this process, and for the Luas that it
-- starts (support.shell knows which), not for its other children.
local has_luv, uv = pcall(require, "luv")
if has_luv then
   uv.os_setenv("NEAP_PRELOAD", os.getenv("LD_PRELOAD") or "")
   uv.os_unsetenv("LD_PRELOAD")
end

local function say(...)
   io.write(table.concat({ ... }), "\n")
   io.flush()
end

local function indented(text)
   return "#   " .. tostring(text):gsub("\n+$", ""):gsub("\n", "\n#   ")
end

local function explain(failure)
   local trace = failure.trace or {}
   if trace.short_src then
      say("#   ", trace.short_src, ":", tostring(trace.currentline))
   end
   local message = failure.message
   if type(message) == "table" and not (getmetatable(message) or {}).__tostring then
      message = require("pl.pretty").write(message)
   end
   say(indented(message))
   if failure.isError and trace.traceback then say(indented(trace.traceback)) end
end

return function()
   local busted = require "busted"
   local handler = require "busted.outputHandlers.base"()

   function handler.testEnd(element, _, status)
      local name = handler.getFullName(element)
      if status == "success" then
         say("ok - ", name)
      elseif status == "pending" then
         local pending = handler.pendings[#handler.pendings]
         say("skip - ", name, ": ", tostring(pending.message or "pending"))
      else
         say("not ok - ", name)
         local list = status == "failure" and handler.failures or handler.errors
         explain(list[#list])
      end
      return nil, true
   end

   -- Outside a test: a file that does not load, a hook that fails.
   function handler.error(element)
      if element.descriptor ~= "it" then
         say("not ok - ", handler.getFullName(element))
         explain(handler.errors[#handler.errors])
      end
      return nil, true
   end

   function handler.suiteStart()
      say("# begin")
      return nil, true
   end

   function handler.suiteEnd()
      say("# end")
      return nil, true
   end

   busted.subscribe({ "test", "end" }, handler.testEnd)
   busted.subscribe({ "error" }, handler.error)
   busted.subscribe({ "failure" }, handler.error)
   busted.subscribe({ "suite", "start" }, handler.suiteStart)
   busted.subscribe({ "suite", "end" }, handler.suiteEnd)
   return handler
end
