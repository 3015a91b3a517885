--- neap volume: directories that outlive containers.

local columns = require "neap.program.columns"
local escape = require "neap.escape"
local failure = require "neap.error"
local json = require "neap.json"
local neap = require "neap"
local output = require "neap.program.output"
local settings = require "neap.settings"

local command = {
   summary = "Create, list, show or remove volumes.",
   options = {
      { "-l", "--label", value = "NAME=VALUE", many = true, help = "create: label it." },
      { "-q", "--quiet", help = "ls: only their names." },
      { "-f", "--force", help = "rm: pass by one that is not there." },
      { "--json", help = "A JSON object for each, one a line." },
   },
   operands = {
      { "action", args = "1", help = "create, ls, inspect, rm or prune." },
      { "names", args = "*", help = "create: one or none; inspect and rm: one or more." },
   },
   usage_status = 2,
}

local function refuse(message)
   return nil, failure.new {
      code = "invalid_argument", op = "volume", message = message, status = 2,
   }
end

local function labels_of(parsed)
   local labels = {}
   for _, entry in ipairs(parsed.label or {}) do
      local name, value = entry:match "^([^=]+)=(.*)$"
      labels[name or entry] = value or ""
   end
   return labels
end

--- Volumes as a table for people.
---@param list neap.Volume[]
---@param now number
---@return string
function command.table(list, now)
   local lines = {}
   for i, volume in ipairs(list) do
      lines[i] = {
         volume.name, volume.container or "-", volume.path, columns.ago(now - volume.created_at),
      }
   end
   return columns.format({ "NAME", "CONTAINER", "PATH", "CREATED" }, lines)
end

local actions = {}

--- As docker's: one that is there already is fine.
function actions.create(volumes, parsed)
   if parsed.names[2] then return refuse "create: at most one name" end
   local volume, err = volumes:ensure { name = parsed.names[1], labels = labels_of(parsed) }
   if not volume then return nil, err end
   output.write(volume.name, "\n")
   return 0
end

function actions.ls(volumes, parsed)
   if parsed.names[1] then return refuse "ls: no names (`inspect` takes them)" end
   local list, err = volumes:list()
   if not list then return nil, err end
   if not parsed.quiet and not parsed.json then
      output.write(command.table(list, os.time()))
      return 0
   end
   for _, volume in ipairs(list) do
      output.write(parsed.quiet and volume.name or json.encode(volume), "\n")
   end
   return 0
end

--- Each of the names; one that fails does not keep the others from their turn.
local function each(parsed, action, fn)
   if not parsed.names[1] then return refuse(action .. ": a name is needed") end
   local failed
   for _, name in ipairs(parsed.names) do
      local ok, err = fn(name)
      if not ok and failed then output.complain(tostring(err)) end
      failed = failed or err
   end
   if failed then return nil, failed end
   return 0
end

function actions.inspect(volumes, parsed)
   return each(parsed, "inspect", function(name)
      local volume, err = volumes:inspect(name)
      if not volume then return nil, err end
      output.write(json.encode(volume), "\n")
      return true
   end)
end

function actions.rm(volumes, parsed)
   return each(parsed, "rm", function(name)
      local ok, err = volumes:remove(name)
      if not ok and not (parsed.force and err.code == "not_found") then return nil, err end
      output.write(name, "\n")
      return true
   end)
end

function actions.prune(volumes, parsed)
   if parsed.names[1] then return refuse "prune: no names (`rm` takes them)" end
   local names, err = volumes:prune()
   for _, name in ipairs(names or {}) do output.write(name, "\n") end
   if err then return nil, err end
   return 0
end

---@param parsed table
---@return integer? status
---@return neap.Error? err
function command.run(parsed)
   local act = actions[parsed.action]
   if not act then
      return refuse(("%s is none of create, ls, inspect, rm, prune"):format(
         escape.show(parsed.action)
      ))
   end
   parsed.json = parsed.json or settings.json
   local client <close>, away = neap.connect {}
   if not client then return nil, away end
   return act(client.volumes, parsed)
end

return command
