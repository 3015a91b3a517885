--- The program as a user meets it: build/neap, to its end. See support.shell for
--- what comes back.

local shell = require "support.shell"

local program = {}

function program.neap(...)
   return shell.run { shell.program, ... }
end

function program.with(options, ...)
   return shell.run({ shell.program, ... }, options)
end

--- What only a shell can set up. $0 is the program.
function program.sh(line)
   return shell.run { "/bin/sh", "-c", line, shell.program }
end

--- The path of a file that says `text`, until the test ends.
---@param finally fun(fn: fun())  busted's
function program.write_script(finally, text)
   local path = os.tmpname()
   finally(function() os.remove(path) end)
   local file <close> = assert(io.open(path, "w"))
   file:write(text)
   return path
end

return program
