--- Fields about a container as a whole: what it is called, what runs it, how it ends.

local escape = require "neap.escape"
local fields = require "neap.fields"
local labels = require "neap.labels"
local log_settings = require "neap.logs.settings"
local nearest = require "neap.nearest"
local signal = require "neap.signal"
local values = require "neap.config.values"

local named = values.named

local function table_of_labels(value) return labels.parse(value) end

local function options(value)
   if type(value) == "table" then return value end
   return nil, ("%s is not a table"):format(escape.show(value))
end

local function spec(value)
   if type(value) == "function" or type(value) == "table" then return value end
   return nil, ("%s is neither a function nor a whole spec"):format(escape.show(value))
end

--- Whose place the user's own functions take.
local function replacements(value)
   if type(value) ~= "table" then return nil, ("%s is not a table"):format(escape.show(value)) end
   local known = require("neap.spec.concerns").by_name
   for name, own in pairs(value) do
      if not known[name] then
         return nil, ("%s is not a concern%s (%s)"):format(
            escape.show(name), nearest.hint(tostring(name), fields.names(known)),
            table.concat(fields.names(known), ", ")
         )
      end
      if own ~= false and type(own) ~= "function" then
         return nil, ("%s: %s is neither a function nor false"):format(name, escape.show(own))
      end
   end
   return value
end

return {
   labels = named("labels", table_of_labels),
   annotations = named("annotations", table_of_labels),
   runtime = named("runtime", values.word),
   runtime_options = named("runtime_options", options),
   stop_signal = named("stop_signal", signal.parse),
   log = log_settings.parse,
   spec = named("spec", spec),
   concerns = named("concerns", replacements),
}
