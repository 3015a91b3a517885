--- The program's standard output, when its reader goes away.
--
-- SIGPIPE does not end the program, so something else has to: `print` raises
-- once nobody reads. What else went wrong in writing is told at the very end,
-- when the last of it is flushed, with the reason of what failed first.

local failure = require "neap.error"
local log = require "neap.log"

local output = {}

--- What `print` raises. Nothing needs to be said about it: nobody listens.
output.broken = setmetatable({}, {
   __name = "neap.output.broken",
   __tostring = function() return "writing to standard output: Broken pipe" end,
})

local function heed(ok, _, number)
   if ok then return true end
   if failure.errno(number) == "EPIPE" then error(output.broken, 0) end
   require "neap.host".blame(number)
   return false
end

--- Write, and raise when there is nobody to read it.
---@param ... string|number
---@return boolean ok  else the rest may as well be left out
function output.write(...)
   return heed(io.stdout:write(...))
end

--- Write what is still buffered.
---@return boolean ok
function output.flush()
   return heed(io.stdout:flush())
end

--- As Lua's own.
---@param ... any
function output.print(...)
   local texts = table.pack(...)
   for position = 1, texts.n do texts[position] = tostring(texts[position]) end
   output.write(table.concat(texts, "\t"), "\n")
end

--- Say something to people on standard error.
---@param text string
function output.complain(text)
   io.stderr:write("neap: ", text, "\n")
end

local PATIENCE <const> = 1 -- seconds

--- As `complain`, where the program is not to be held up by who does not read: then
--- nothing is said.
---@param text string
function output.mention(text)
   local stderr <close> = require "neap.core".descriptor(2, "w")
   if stderr then stderr:write(("neap: %s\n"):format(text), { timeout = PATIENCE }) end
end

--- Warn that some of a process's output was not shown: who stalls may be why.
---@param why string
function output.mention_loss(why)
   if log.enabled "warn" then output.mention("warn: output is missing: " .. why) end
end

return output
