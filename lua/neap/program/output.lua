--- The program's standard output, when its reader goes away.
--
-- SIGPIPE does not end the program, so something else has to: `print` raises
-- once nobody reads. What else went wrong in writing is told at the very end,
-- when the last of it is flushed.

local output = {}

local EPIPE <const> = 32

--- What `print` raises. Nothing needs to be said about it: nobody listens.
output.broken = setmetatable({}, {
   __name = "neap.output.broken",
   __tostring = function() return "writing to standard output: Broken pipe" end,
})

--- Write, and raise when there is nobody to read it.
---@param ... string|number
function output.write(...)
   local _, _, errno = io.stdout:write(...)
   if errno == EPIPE then error(output.broken, 0) end
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

return output
