--- The script to run: loaded, with its arguments where `lua` puts them.

local script = {}

local loaders = {
   code = function(text) return load(text, "=(command line)") end,
   script = function(path)
      if path == "-" then return loadfile() end
      return loadfile(path)
   end,
}

--- The table `arg`: the script at 0, what follows it from 1, what goes before
--- it below 0.
---@param argv string[]
---@param index integer  where the script is in argv
---@return table<integer, string>
function script.arguments(argv, index)
   local arguments = {}
   for position = 0, #argv do arguments[position - index] = argv[position] end
   return arguments
end

--- Load what `parsed` names.
---@param argv string[]
---@param parsed neap.program.Options
---@return function? chunk
---@return string? why  one line: missing, unreadable, or not Lua
function script.load(argv, parsed)
   return loaders[parsed.kind](argv[parsed.index])
end

return script
