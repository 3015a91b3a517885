--- One command: found, its words parsed, run, and its failure told.

local commands = require "neap.program.commands"
local escape = require "neap.escape"
local nearest = require "neap.nearest"
local output = require "neap.program.output"

local command = {}

local UNKNOWN_STATUS <const> = 2

local function names()
   local list = {}
   for position, known in ipairs(commands) do list[position] = known.name end
   return list
end

--- Load a command by name.
---@param name string
---@return neap.program.Command? command
---@return string? why
function command.load(name)
   for _, known in ipairs(commands) do
      if known.name == name then return require("neap.command." .. name) end
   end
   return nil, ("%s is not a command%s"):format(
      escape.show(name), nearest.hint(name, names())
   )
end

local function usage_error(name, status, why)
   output.complain(("%s: %s"):format(name, why))
   output.complain(("`neap help %s` shows how it is used"):format(name))
   return status
end

--- The exit status that says what went wrong.
local function failed(loaded, err)
   output.complain(tostring(err))
   return type(err) == "table" and err.status or loaded.failure_status or 1
end

--- Run one.
---@param name string
---@param words string[]
---@return integer status
function command.run(name, words)
   local loaded, unknown = command.load(name)
   if not loaded then
      output.complain(unknown .. " (`neap help` lists them; a script ends in .lua or holds a /)")
      return UNKNOWN_STATUS
   end

   local parsed, why = require "neap.program.usage".parse(name, loaded, words)
   if not parsed then return usage_error(name, loaded.usage_status or 2, why) end

   local function main()
      local status, err = loaded.run(parsed)
      return status or failed(loaded, err)
   end
   local function refused() return loaded.failure_status or 1 end
   local life = require "neap.program.life"
   local broken, status = life.run(life.after_policies(main, refused))
   return broken or status
end

return command
