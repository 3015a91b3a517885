--- The program: what its arguments ask for.

local log = require "neap.log"
local options = require "neap.program.options"
local output = require "neap.program.output"
local voice = require "neap.program.voice"
local settings = require "neap.settings"

local USAGE_STATUS <const> = 2

local function usage_error(why)
   output.complain(why)
   output.complain "`neap --help` shows how it is used"
   return USAGE_STATUS
end

local function show_help()
   output.write(require "neap.program.help".text())
end

--- Make the settings known, and heard what Neap has to say.
local function set_up(found)
   settings.apply(found)
   if found.log_level then log.level(found.log_level) end
   log.sink(function(level, message)
      voice.say(("neap: %s: %s\n"):format(level, message))
   end)
end

local function run_script(argv, parsed)
   local script = require "neap.program.script"
   local chunk, why = script.load(argv, parsed)
   if not chunk then
      output.complain(why)
      return 1
   end

   local life = require "neap.program.life"
   local condition = require "neap.core".condition
   -- luacheck: push globals arg print require
   arg = script.arguments(argv, parsed.index)
   print = output.print
   require = require "neap.program.require".new(condition)
   -- luacheck: pop
   local stopped
   local main = life.after_policies(chunk, function() stopped = 1 end)
   return life.run(main, table.unpack(arg)) or stopped or 0
end

local function run_command(argv, parsed)
   local name = argv[parsed.index]
   local words = table.move(argv, parsed.index + 1, #argv, 1, {})
   return require "neap.program.command".run(name, words)
end

local runners = {
   none = function()
      show_help()
      return USAGE_STATUS
   end,
   code = run_script,
   script = run_script,
   command = run_command,
}

--- Do what the arguments say.
---@param argv string[]  argv[0] is the program
---@return integer status
return function(argv)
   local parsed, why = options.parse(argv)
   if not parsed then return usage_error(why) end
   if parsed.help then
      show_help()
      return 0
   end
   if parsed.version then
      output.write("neap ", require "neap.version", "\n")
      return 0
   end

   local found, wrong = settings.resolve(parsed, os.getenv)
   if not found then return usage_error(wrong) end
   set_up(found)
   return runners[parsed.kind](argv, parsed)
end
