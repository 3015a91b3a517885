--- neap help: what a command does.

local command = require "neap.program.command"
local help = require "neap.program.help"
local output = require "neap.program.output"
local usage = require "neap.program.usage"

---@type neap.program.Command
return {
   summary = "Explain a command, or list the commands there are.",
   options = {},
   operands = { { "command", args = "?", help = "The command to explain." } },
   run = function(parsed)
      if not parsed.command then
         output.write(help.text())
         return 0
      end

      local explained, why = command.load(parsed.command)
      if not explained then
         output.complain(why)
         return 2
      end
      output.write(usage.parser(parsed.command, explained):get_help(), "\n")
      return 0
   end,
}
