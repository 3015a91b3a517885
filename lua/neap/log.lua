--- What Neap has to say, for whoever wants to hear it.
--
-- A library does not print. Messages go to a sink that the host sets, and
-- nowhere until it does; the program's writes them to standard error.

local defaults = require "neap.defaults"
local escape = require "neap.escape"

local log = {}

--- From the gravest to the finest.
local LEVELS <const> = { "error", "warn", "info", "debug", "trace" }

local rank = {}
for position, name in ipairs(LEVELS) do rank[name] = position end

local threshold = defaults.log_level
---@type fun(level: string, message: string)?
local sink

--- The names of the levels, the gravest first.
---@return string[]
function log.levels()
   return table.move(LEVELS, 1, #LEVELS, 1, {})
end

--- Set who hears messages; nil: nobody. Returns the sink that was set before.
---@param hear? fun(level: string, message: string)  message: one line
---@return (fun(level: string, message: string))? former
function log.sink(hear)
   local former = sink
   sink = hear
   return former
end

--- Say which level is the finest that is heard; without `name`, which it is.
---@param name? string
---@return string level
function log.level(name)
   if name ~= nil then
      if not rank[name] then error(("no log level %s"):format(escape.show(name)), 2) end
      threshold = name
   end
   return threshold
end

--- Would a message of this level be heard?
---@param level string
---@return boolean
function log.enabled(level)
   return sink ~= nil and rank[level] <= rank[threshold]
end

local function say(level, format, ...)
   if not log.enabled(level) then return end

   local text = select("#", ...) > 0 and format:format(...) or tostring(format)
   sink(level, escape.text(text))
end

--- Say that something failed and nobody else was told.
---@param format string  as for string.format, where arguments follow
function log.error(format, ...) say("error", format, ...) end

--- Say that something was left undone.
---@param format string
function log.warn(format, ...) say("warn", format, ...) end

--- Say what a user wants to know once.
---@param format string
function log.info(format, ...) say("info", format, ...) end

---@param format string
function log.debug(format, ...) say("debug", format, ...) end

---@param format string
function log.trace(format, ...) say("trace", format, ...) end

return log
