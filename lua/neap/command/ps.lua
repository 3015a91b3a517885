--- neap ps: the containers of a namespace.

local columns = require "neap.program.columns"
local json = require "neap.json"
local labels = require "neap.labels"
local neap = require "neap"
local output = require "neap.program.output"
local settings = require "neap.settings"

local RUNNING <const> = { created = true, running = true, pausing = true, paused = true }

local ps = {
   summary = "List containers, those with a running task or all.",
   options = {
      { "-a", "--all", help = "List those without a running task, too." },
      { "-q", "--quiet", help = "Only their ids." },
      { "--json", help = "A JSON object for each, one a line." },
   },
   operands = {},
}

--- Tasks/List, by container id.
local function tasks_by_id(client)
   local answer, err = client:call("containerd.services.tasks.v1.Tasks/List", {})
   if not answer then return nil, err end

   local tasks = {}
   for _, task in ipairs(answer.tasks or {}) do tasks[task.id] = task end
   return tasks
end

--- What to run from: the image, or the directory.
local function source_of(container)
   if container.image and container.image ~= "" then return container.image end
   local spec = container.spec
   local below = (container.labels or {})[labels.overlay]
   return below or type(spec) == "table" and spec.root and spec.root.path or nil
end

---@class neap.ps.Row
---@field id string
---@field status string  "running", "stopped", …; "none" without a task
---@field pid? integer   while it runs
---@field code? integer  of one that has ended
---@field image? string  or
---@field rootfs? string
---@field created_at number

--- Join records and tasks. Pure.
---@param containers neap.Container[]
---@param tasks table<string, table>  containerd's Process messages by id
---@return neap.ps.Row[] rows  the newest first
function ps.rows(containers, tasks)
   local rows = {}
   for position, container in ipairs(containers) do
      local task = tasks[container.id]
      local status = task and tostring(task.status):lower() or "none"
      local has_image = container.image ~= nil and container.image ~= ""
      rows[position] = {
         id = container.id,
         status = status,
         pid = task and RUNNING[status] and task.pid or nil,
         code = status == "stopped" and task.exit_status or nil,
         image = has_image and container.image or nil,
         rootfs = not has_image and source_of(container) or nil,
         created_at = container.created_at,
      }
   end
   table.sort(rows, function(a, b)
      if a.created_at ~= b.created_at then return a.created_at > b.created_at end
      return a.id < b.id
   end)
   return rows
end

--- The rows that are asked for.
---@param rows neap.ps.Row[]
---@param is_all? boolean
---@return neap.ps.Row[]
function ps.chosen(rows, is_all)
   local chosen = {}
   for _, row in ipairs(rows) do
      if is_all or RUNNING[row.status] then chosen[#chosen + 1] = row end
   end
   return chosen
end

--- Rows as a table for people.
---@param rows neap.ps.Row[]
---@param now number
---@return string
function ps.table(rows, now)
   local lines = {}
   for position, row in ipairs(rows) do
      local status = row.code and ("%s (%d)"):format(row.status, row.code) or row.status
      lines[position] = {
         row.id, status, row.pid or "-", row.image or row.rootfs or "-",
         columns.ago(now - row.created_at),
      }
   end
   return columns.format({ "ID", "STATUS", "PID", "IMAGE/ROOTFS", "CREATED" }, lines)
end

local function show(rows, parsed)
   if parsed.quiet then
      for _, row in ipairs(rows) do output.write(row.id, "\n") end
   elseif parsed.json or settings.json then
      for _, row in ipairs(rows) do output.write(json.encode(row), "\n") end
   else
      output.write(ps.table(rows, os.time()))
   end
end

---@param parsed table
---@return integer? status
---@return neap.Error? err
function ps.run(parsed)
   local client <close>, away = neap.connect {}
   if not client then return nil, away end
   local containers, unlisted = client:containers()
   if not containers then return nil, unlisted end
   local tasks, err = tasks_by_id(client)
   if not tasks then return nil, err end

   show(ps.chosen(ps.rows(containers, tasks), parsed.all), parsed)
   return 0
end

return ps
