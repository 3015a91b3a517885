--- neap explain: who set what in the spec of a container, or of one that would be run.

local brief = require "neap.program.brief"
local columns = require "neap.program.columns"
local failure = require "neap.error"
local json = require "neap.json"
local neap = require "neap"
local output = require "neap.program.output"
local settings = require "neap.settings"

---@type neap.program.Command
local explain = {
   summary = "Show who set what in a container's spec; after `run` and its options: in the spec "
      .. "of the container that it would run, and nobody is asked.",
   options = {
      { "-c", "--changed", help = "Only what is not as by default." },
      { "--path", value = "PATH", help = "Only what is there and below: process.capabilities." },
      { "--json", help = "A JSON object for each, one a line." },
   },
   operands = {
      { "id", args = "1", help = "The container; or `run`." },
      { "rest", args = "*", help = "A path; run's options and command." },
   },
   stops = "run",
   usage_status = 2,
}

local function refuse(code, message)
   return nil, failure.new { code = code, op = "explain", message = message, status = 2 }
end

local function of_run(words, path)
   local planned, err = require "neap.program.rehearsal".of(words)
   if not planned then return nil, err end
   local rows = require "neap.spec.origin".rows(planned.spec, planned.notes, path)
   if #rows > 0 then return rows end
   return refuse("not_found", ("the spec has no %s"):format(path))
end

local function of_container(id, rest, path)
   if #rest > 1 or rest[1] and path then
      return refuse("invalid_argument", "more than one path is given")
   end
   local client <close>, away = neap.connect {}
   if not client then return nil, away end
   local container, absent = client:load(id)
   if not container then return nil, absent end
   return container:explain(path or rest[1])
end

--- Rows as a table for people.
---@param rows neap.spec.Origin[]
---@return string
function explain.table(rows)
   local lines = {}
   for i, row in ipairs(rows) do
      lines[i] = { row.path, brief.value(row.value, row.path), row.option, row.concern or "-" }
   end
   return columns.format({ "PATH", "VALUE", "SET BY", "CONCERN" }, lines)
end

local function show(rows, parsed)
   local chosen = {}
   for _, row in ipairs(rows) do
      if not parsed.changed or row.option ~= "default" then chosen[#chosen + 1] = row end
   end
   if not parsed.json and not settings.json then
      output.write(explain.table(chosen))
      return
   end
   for _, row in ipairs(chosen) do output.write(json.encode(row), "\n") end
end

---@param parsed table
---@return integer? status
---@return neap.Error? err
function explain.run(parsed)
   local rows, err
   if parsed.id == "run" then
      rows, err = of_run(parsed.rest, parsed.path)
   else
      rows, err = of_container(parsed.id, parsed.rest, parsed.path)
   end
   if not rows then return nil, err end
   show(rows, parsed)
   return 0
end

return explain
