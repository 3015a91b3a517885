--- Fields about a container as a whole: what it is called, what runs it, how it ends.

local defaults = require "neap.defaults"
local duration = require "neap.duration"
local escape = require "neap.escape"
local fields = require "neap.fields"
local labels = require "neap.labels"
local nearest = require "neap.nearest"
local signal = require "neap.signal"
local values = require "neap.config.values"

local named = values.named

local function table_of_labels(value) return labels.of_record(value) end

--- The OCI runtime-spec's rules: names with something in them, and strings.
local function annotations(value)
   if type(value) ~= "table" then
      return nil, ("%s is not a table by name"):format(escape.show(value))
   end
   local checked = {}
   for _, name in ipairs(fields.names(value)) do
      local text = value[name]
      if type(name) ~= "string" or name == "" or name:find "[%z\1-\31\127]" then
         return nil, ("%s is not the name of an annotation"):format(escape.show(name))
      end
      if type(text) ~= "string" then
         return nil, ("%s: %s is not a string"):format(escape.text(name), escape.show(text))
      end
      if text:find("\0", 1, true) or not utf8.len(name) or not utf8.len(text) then
         return nil, ("%s: %s is not UTF-8 without NUL"):format(
            escape.text(name), escape.show(text)
         )
      end
      checked[name] = text
   end
   return checked
end

--- containerd makes a shim's name of it: "io.containerd.runc.v2" is
--- containerd-shim-runc-v2; or it is the shim's path (containerd, runtime/v2/shim).
local function runtime(value)
   local text, why = values.word(value)
   if not text then return nil, why end
   local is_name = text:find "^[%w_-]+%.[%w_.-]*[%w_-]+$" and not text:find("..", 1, true)
   if is_name or text:sub(1, 1) == "/" then return text end
   return nil, ('%s is not a runtime of containerd\'s ("%s", or the absolute path of a shim)')
      :format(escape.show(text), defaults.runtime)
end

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
   annotations = named("annotations", annotations),
   runtime = named("runtime", runtime),
   runtime_options = named("runtime_options", options),
   stop_signal = named("stop_signal", signal.parse),
   stop_timeout = named("stop_timeout", duration.parse),
   init = named("init", values.late("neap.config.reaper", "parse")),
   log = values.late("neap.logs.settings", "parse"),
   spec = named("spec", spec),
   concerns = named("concerns", replacements),
}
