--- A program's life: what it runs is a fiber; it ends when that and every other
--- fiber has ended, or when it is told to.

local core = require "neap.core"
local defaults = require "neap.defaults"
local escape = require "neap.escape"
local output = require "neap.program.output"
local signals = require "neap.program.signals"
local voice = require "neap.program.voice"

local life = {}

--- The traceback of what the script called, not of what called the script.
local function own_part(traceback)
   local lines = {}
   for line in traceback:gmatch("[^\n]+") do
      if line:find("in function 'xpcall'", 1, true) then break end
      lines[#lines + 1] = line
   end
   return table.concat(lines, "\n")
end

--- What was raised, as text: one line, or with its traceback.
local function describe(err)
   local meta = getmetatable(err)
   local is_text = type(err) == "string" or type(meta) == "table" and meta.__tostring
   if not is_text then return ("(error object is a %s value)"):format(type(err)) end

   local traced = type(err) == "table" and type(err.message) == "string"
      and err.message:find("\nstack traceback:\n", 1, true)
   local lines = {}
   for line in (traced and err.message or tostring(err)):gmatch("[^\n]+") do
      local indent, rest = line:match("^(\t*)(.*)$")
      lines[#lines + 1] = indent .. escape.text(rest)
   end
   return table.concat(lines, "\n")
end

---@class neap.program.Failure
---@field value any   what was raised
---@field text string

---@return neap.program.Failure
local function explain(err)
   local traceback = own_part(debug.traceback(nil, 2))
   return { value = err, text = describe(err) .. "\n" .. traceback }
end

--- A `main` after the administrator's policies; the same one where there are none.
---@param main function
---@param refused fun(): any  called in its place, when one is refused or fails
---@return function main
function life.after_policies(main, refused)
   local directory = defaults.policy_directory
   local _, errno = core.fs.lstat(directory)
   if errno == "ENOENT" then return main end
   return function(...)
      local ok, why = require("neap.program.policy_files").load(directory)
      if ok then return main(...) end
      output.complain("policy: " .. why)
      return refused()
   end
end

local function is_cancelled(err)
   return type(err) == "table" and err.code == "cancelled"
end

--- Run `main(...)` to its end, and everything it began.
---@param main function
---@return integer? status  of a life that failed or was ended; else nil
---@return any result  the first of main's
function life.run(main, ...)
   local status, ended_by, result

   signals.set_default({ "INT", "TERM", "HUP" }, function(number)
      ended_by = ended_by or number
      core.cancel_all()
   end)
   core.daemon(signals.serve, core.spawn)
   core.on_unjoined(function(err) voice.say(("neap: %s\n"):format(describe(err))) end)

   core.spawn(function(...)
      local ok, value = xpcall(main, explain, ...)
      if ok then
         result = value
         return
      end
      status = 1
      local is_silent = value.value == output.broken
         or ended_by and is_cancelled(value.value)
      if not is_silent then voice.say(("neap: %s\n"):format(value.text)) end
   end, ...)
   core.run()
   voice.finish()

   if ended_by then return 128 + ended_by end
   if core.failures() > 0 then status = 1 end
   return status, result
end

return life
