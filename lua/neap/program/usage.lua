--- A command's options and operands, as it declares them, on lua-argparse.
--
-- A command with `stops` takes options only before its first operand: what
-- follows belongs to somebody else's command line. Where `stops` is a word, that
-- is so only of this word.

local argparse = require "argparse"

local usage = {}

---@class neap.program.Option
---@field [integer] string  its names, the long one last: "-e", "--env"
---@field value? string     what its argument is called; without: a flag
---@field many? boolean     may be given again and again; a list then
---@field help string

---@class neap.program.Operand
---@field [integer] string  its name
---@field args string       how many: "1", "?", "*"
---@field help string

---@class neap.program.Command
---@field summary string
---@field options neap.program.Option[]
---@field operands neap.program.Operand[]
---@field stops? boolean|string
---@field usage_status? integer    of a usage error; default 2
---@field failure_status? integer  of any other failure; default 1
---@field run fun(parsed: table): integer?, neap.Error?  the exit status

local function add_option(parser, option)
   local element = parser:option(table.concat(option, " ")):description(option.help)
   if option.value then
      element:argname("<" .. option.value .. ">")
   else
      element:args(0):action "store_true"
   end
   if option.many then element:count "*" end
end

--- Make the parser, which knows the help text, too.
---@param name string
---@param command neap.program.Command
function usage.parser(name, command)
   local parser = argparse("neap " .. name, command.summary)
      :help_max_width(100)
      :add_help { "--help", description = "Show this help and exit." }

   for _, option in ipairs(command.options) do add_option(parser, option) end
   for _, operand in ipairs(command.operands) do
      parser:argument(operand[1]):args(operand.args):description(operand.help)
   end
   return parser
end

local function option_by_name(options, name)
   for _, option in ipairs(options) do
      for _, candidate in ipairs(option) do
         if candidate == name then return option end
      end
   end
   return nil
end

--- The last letter of a cluster like -it, and what is glued to it: -e "", -e"A=1".
local function last_of_cluster(options, word)
   for position = 2, #word do
      local option = option_by_name(options, "-" .. word:sub(position, position))
      if option and option.value then return option, position < #word end
   end
   return nil, false
end

--- Does this word, an option, take the next word for its value?
local function takes_next(options, word)
   if word:sub(1, 2) == "--" then
      local option = not word:find("=", 1, true) and option_by_name(options, word)
      return option and option.value ~= nil
   end
   local option, glued = last_of_cluster(options, word)
   return option ~= nil and not glued
end

--- Put "--" before the first operand. Pure.
---@param options neap.program.Option[]
---@param words string[]
---@param only? string  the operand; default: any
---@return string[]
function usage.stop_at_operand(options, words, only)
   local at = 1
   while words[at] and words[at]:find("^%-.") and words[at] ~= "--" do
      at = at + (takes_next(options, words[at]) and 2 or 1)
   end
   if words[at] == nil or words[at] == "--" then return words end
   if only and words[at] ~= only then return words end

   local marked = table.move(words, 1, at - 1, 1, {})
   marked[at] = "--"
   return table.move(words, at, #words, at + 1, marked)
end

--- Join options with their negative numbers, "--memory-swap -1", which would be
--- taken for options. Pure.
---@param options neap.program.Option[]
---@param words string[]
---@return string[]
function usage.join_negative(options, words)
   local joined, at = {}, 1
   while words[at] do
      local word, following = words[at], words[at + 1] or ""
      if word == "--" then return table.move(words, at, #words, #joined + 1, joined) end
      local is_pair = word:find "^%-." and takes_next(options, word)
      local is_negative = is_pair and following:find "^%-%.?%d"
      if is_negative then
         joined[#joined + 1] = word .. (word:sub(1, 2) == "--" and "=" or "") .. following
      else
         joined[#joined + 1] = word
         if is_pair then joined[#joined + 1] = words[at + 1] end
      end
      at = at + (is_pair and 2 or 1)
   end
   return joined
end

--- Parse a command's words.
---@param name string
---@param command neap.program.Command
---@param words string[]
---@return table? parsed
---@return string? why  a usage error
function usage.parse(name, command, words)
   if command.stops then
      local only = type(command.stops) == "string" and command.stops or nil
      words = usage.stop_at_operand(command.options, words, only)
   end

   words = usage.join_negative(command.options, words)
   local ok, parsed = usage.parser(name, command):pparse(words)
   if not ok then return nil, (parsed:gsub("\n", " ")) end
   return parsed
end

return usage
