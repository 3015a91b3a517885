-- The program's commands on the containerd of the spec.

local live = require "support.live"
local shell = require "support.shell"

local commands = {}

--- Options for shell.run and shell.start, with the environment that says where.
---@param given? table
---@return table
function commands.options(given)
   given = given or {}
   given.env = {
      CONTAINERD_ADDRESS = live.address, CONTAINERD_NAMESPACE = live.namespace,
      NEAP_ENGINE = false,
   }
   return given
end

---@param ... string  the program's arguments
function commands.neap(...)
   return shell.run({ shell.program, ... }, commands.options())
end

--- A line for the shell, where $0 is the program and $1 the root filesystem.
---@param line string
---@param given? table
function commands.sh(line, given)
   return shell.run({ "/bin/sh", "-c", line, shell.program, live.rootfs() },
      commands.options(given))
end

--- A command line on a terminal of 30 lines and 100 columns; "$neap" is the program and
--- $1 the root filesystem. For shell.run or shell.start.
---@param line string
---@return string[] arguments
---@return table options
function commands.terminal(line)
   local inner = ("stty rows 30 cols 100; set -- '%s'; neap='%s'; %s"):format(
      live.rootfs(), shell.program, line
   )
   return { "/usr/bin/script", "-qec", inner, "/dev/null" },
      commands.options { stdin = "open" } -- its end would be typed
end

return commands
