--- The options before the script or the command, read from the argument list.
--
-- By hand: a script should not pay for a library it does not use.

local nearest = require "neap.nearest"

local options = {}

local VALUES <const> = {
   ["--address"] = "address",
   ["--namespace"] = "namespace",
   ["--engine"] = "engine",
   ["--log-level"] = "log_level",
   ["--trace"] = "trace",
}
local FLAGS <const> = {
   ["--json"] = "json",
   ["--help"] = "help",
   ["-h"] = "help",
   ["--version"] = "version",
}

local function names()
   local list = { "-e" }
   for name in pairs(VALUES) do list[#list + 1] = name end
   for name in pairs(FLAGS) do list[#list + 1] = name end
   table.sort(list)
   return list
end

--- Is this word a script rather than a command?
---@param word string
---@return boolean
function options.is_script(word)
   return word == "-" or word:find("/", 1, true) ~= nil or word:find("%.lua$") ~= nil
end

---@class neap.program.Options
---@field address? string
---@field namespace? string
---@field engine? string
---@field log_level? string
---@field trace? string
---@field json? boolean
---@field help? boolean
---@field version? boolean
---@field kind "none"|"code"|"script"|"command"  what is to be run
---@field index integer  where it is in argv: the code, the script, the command

---@param argv string[]
---@param from integer
---@param parsed table  filled
---@return neap.program.Options? parsed
---@return string? why
local function read_subject(argv, from, parsed)
   local word = argv[from]

   if word == "-e" then
      parsed.kind, parsed.index = "code", from + 1
      if not argv[from + 1] then return nil, "option '-e' requires an argument" end
      return parsed
   end
   parsed.index = word == "--" and from + 1 or from
   word = argv[parsed.index]
   parsed.kind = not word and "none" or options.is_script(word) and "script" or "command"
   return parsed
end

local function is_subject(word)
   return word == nil or word == "-e" or word == "-" or word == "--"
      or word:sub(1, 1) ~= "-"
end

--- Read `argv`, where argv[0] is the program.
---@param argv string[]
---@return neap.program.Options? parsed
---@return string? why  a usage error
function options.parse(argv)
   local parsed, at = {}, 1

   while not is_subject(argv[at]) do
      local name, value = argv[at]:match("^(%-%-[^=]+)=(.*)$")
      name = name or argv[at]

      if VALUES[name] then
         if not value then
            at = at + 1
            value = argv[at]
         end
         if not value then return nil, ("option '%s' requires an argument"):format(name) end
         parsed[VALUES[name]] = value
      elseif not FLAGS[name] then
         return nil, ("unknown option '%s'%s"):format(name, nearest.hint(name, names()))
      elseif value then
         return nil, ("option '%s' does not take an argument"):format(name)
      else
         parsed[FLAGS[name]] = true
      end
      at = at + 1
   end

   if argv[at] == nil then
      parsed.kind, parsed.index = "none", at
      return parsed
   end
   return read_subject(argv, at, parsed)
end

return options
