--- neap engine: the embedded containerd, started, stopped or shown.

local engine = require "neap.engine"
local escape = require "neap.escape"
local failure = require "neap.error"
local json = require "neap.json"
local output = require "neap.program.output"
local settings = require "neap.settings"

local NOT_RUNNING_STATUS <const> = 1

local command = {
   summary = "Start, stop or show the embedded containerd: the one of --engine, "
      .. "or of /var/lib/neap.",
   options = {
      { "-f", "--force", help = "Stop although tasks run: kill and delete them first." },
      { "--json", help = "One JSON object." },
   },
   operands = { { "action", args = "1", help = "start, stop or status." } },
   usage_status = 2,
}

--- One line for people.
---@param found neap.engine.Status
---@param action string
---@return string
function command.line(found, action)
   local dir, address = escape.text(found.dir), escape.text(found.address)

   if action == "stop" then return ("stopped the engine under %s"):format(dir) end
   if not found.running then return ("no engine runs under %s"):format(dir) end
   return ("%s under %s: pid %d, %s"):format(
      found.started and "started the engine" or "an engine runs", dir, found.pid, address
   )
end

local function show(found, action, is_json)
   if is_json then
      output.write(json.encode(found), "\n")
   else
      output.write(command.line(found, action), "\n")
   end
end

---@param parsed table
---@return integer? status
---@return neap.Error? err
function command.run(parsed)
   local act = ({ start = true, stop = true, status = true })[parsed.action]
      and engine[parsed.action]
   if not act then
      return nil, failure.new {
         code = "invalid_argument", op = "engine", status = 2,
         message = ("%s is none of start, stop, status"):format(escape.show(parsed.action)),
      }
   end

   local found, err = act { dir = settings.engine, force = parsed.force }
   if not found then return nil, err end
   show(found, parsed.action, parsed.json or settings.json)
   return (parsed.action ~= "status" or found.running) and 0 or NOT_RUNNING_STATUS
end

return command
