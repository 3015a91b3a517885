--- What `neap --help` says.

local commands = require "neap.program.commands"

local help = {}

local USAGE <const> = [[
Usage: neap [OPTION...] SCRIPT.lua [ARG...]   run a script (a path with a "/",
                                              or "-" for standard input)
       neap [OPTION...] -e CODE [ARG...]      run a chunk of Lua
       neap [OPTION...] COMMAND [...]         run a command

Containers on containerd, from Lua.

Options:
  --address PATH      containerd's socket (CONTAINERD_ADDRESS)
  --namespace NAME    containerd's namespace (CONTAINERD_NAMESPACE; "default")
  --engine DIR        the private containerd under DIR, started if needed
                      (NEAP_ENGINE)
  --log-level LEVEL   error, warn, info, debug or trace (NEAP_LOG; info)
  --json              machine-readable output
  --trace FILE        write every RPC to FILE, a JSON line each (NEAP_TRACE)
  --version           show the version of Neap
  -h, --help          show this help

Without an option or a variable that says where: the system's containerd if
there is one, else the embedded one.

Commands:
]]

--- The whole text.
---@return string
function help.text()
   local lines = { USAGE }
   for _, command in ipairs(commands) do
      lines[#lines + 1] = ("  %-18s  %s\n"):format(command.name, command.help)
   end
   lines[#lines + 1] = "\n`neap help COMMAND` explains one.\n"
   return table.concat(lines)
end

return help
