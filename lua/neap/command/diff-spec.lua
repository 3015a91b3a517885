--- neap diff-spec: where two containers' specs differ.

local brief = require "neap.program.brief"
local columns = require "neap.program.columns"
local difference = require "neap.spec.difference"
local failure = require "neap.error"
local json = require "neap.json"
local neap = require "neap"
local output = require "neap.program.output"
local settings = require "neap.settings"
local tree = require "neap.spec.tree"

---@type neap.program.Command
local diff = {
   summary = "Show where two containers' specs differ. The status is 0 where they do not, "
      .. "1 where they do, and 2 where that cannot be told.",
   options = {
      { "-x", "--exclude", value = "PATH", many = true,
         help = "Leave out what is there and below: hostname." },
      { "--json", help = "A JSON object for each difference, one a line." },
   },
   operands = {
      { "a", args = "1", help = "A container." }, { "b", args = "1", help = "Another." },
   },
   usage_status = 2,
   failure_status = 2,
}

local function load(client, id)
   local container, absent = client:load(id)
   if not container then return nil, absent end
   if type(container.spec) == "table" then return container.spec end
   return nil, failure.new {
      code = "failed_precondition", op = "diff-spec", id = id,
      message = "the record's spec is not JSON",
   }
end

--- What differs, without what is left out. Pure.
---@param a table
---@param b table
---@param excluded? string[]
---@return neap.spec.Difference[]
function diff.rows(a, b, excluded)
   local rows = {}
   for _, row in ipairs(difference.list(a, b)) do
      local is_wanted = true
      for _, path in ipairs(excluded or {}) do
         if tree.is_within(path, row.path) then is_wanted = false end
      end
      if is_wanted then rows[#rows + 1] = row end
   end
   return rows
end

--- Rows as a table for people.
---@param rows neap.spec.Difference[]
---@param a string  ids, for headings
---@param b string
---@return string
function diff.table(rows, a, b)
   local lines = {}
   for i, row in ipairs(rows) do
      lines[i] = {
         row.order and row.path .. " (order)" or row.path,
         brief.value(row.before, row.path), brief.value(row.after, row.path),
      }
   end
   return columns.format({ "PATH", a, b }, lines)
end

local function show(rows, parsed)
   if not parsed.json and not settings.json then
      if #rows > 0 then output.write(diff.table(rows, parsed.a, parsed.b)) end
      return
   end
   for _, row in ipairs(rows) do
      output.write(json.encode {
         path = row.path, a = row.before, b = row.after, order = row.order,
      }, "\n")
   end
end

--- The empty path is all of a spec, and to leave that out is a slip: of a variable
--- that is not set.
local function check(parsed)
   for _, path in ipairs(parsed.exclude or {}) do
      if path == "" then
         return nil, failure.new { code = "invalid_argument", op = "diff-spec",
            message = '--exclude: "" is not a path (hostname, mounts[/data]): it would leave '
               .. "out everything",
         }
      end
   end
   return true
end

---@param parsed table
---@return integer? status
---@return neap.Error? err
function diff.run(parsed)
   local ok, wrong = check(parsed)
   if not ok then return nil, wrong end
   local client <close>, away = neap.connect {}
   if not client then return nil, away end
   local a, no_a = load(client, parsed.a)
   if not a then return nil, no_a end
   local b, no_b = load(client, parsed.b)
   if not b then return nil, no_b end
   local rows = diff.rows(a, b, parsed.exclude)
   show(rows, parsed)
   return #rows == 0 and 0 or 1
end

return diff
