--- Looking at a running task: its processes, its figures, its limits.

local core = require "neap.core"
local failure = require "neap.error"
local choose = require "neap.platform.choose"
local machine = require "neap.machine"
local policies = require "neap.policies"
local resources = require "neap.resources"

local inspect = {}

local TASKS <const> = "containerd.services.tasks.v1.Tasks/"

local function client_of(task)
   return core.container_client(core.process_container(task))
end

local function platform_of(task)
   return (choose(core.process_container(task).runtime))
end

local function refuse(task, op, code, message)
   return nil, failure.new { code = code, op = op, message = message, id = core.process_id(task) }
end

--- What the handle knows to be impossible costs no call.
local function check_running(task, op)
   local info = core.process_info(task)
   if info.gone or info.vanished then return refuse(task, op, "not_found", "the task is gone") end
   if info.status == "stopped" then
      return refuse(task, op, "failed_precondition", "the task has ended")
   end
   return true
end

local function ask(task, op, method, request)
   local ok, ended = check_running(task, op)
   if not ok then return nil, ended end
   request.container_id = core.process_id(task)
   local answer, err = client_of(task):call(TASKS .. method, request)
   if not answer then
      err.op, err.id = op, core.process_id(task)
      return nil, err
   end
   return answer
end

--- The pids of all processes in the container.
---@return integer[]? pids
---@return neap.Error? err
function inspect:pids()
   local answer, err = ask(self, "task.pids", "ListPids", {})
   if not answer then return nil, err end
   local pids = {}
   for i, process in ipairs(answer.processes) do pids[i] = process.pid end
   return pids
end

--- The processes in the container, and which exec each is.
---@return { pid: integer, exec_id: string? }[]? processes
---@return neap.Error? err
function inspect:processes()
   local answer, err = ask(self, "task.processes", "ListPids", {})
   if not answer then return nil, err end
   local processes = {}
   for i, process in ipairs(answer.processes) do
      local details = process.info and process.info.value
      local exec_id = type(details) == "table" and details.exec_id or nil
      processes[i] = { pid = process.pid, exec_id = exec_id ~= "" and exec_id or nil }
   end
   return processes
end

local function read_proc(path)
   local file <close> = io.open(path, "rb")
   return file and file:read "a"
end

--- Rows about the processes, for people.
---@return table[]? rows
---@return neap.Error? err
function inspect:summary()
   local answer, err = ask(self, "task.summary", "ListPids", {})
   if not answer then return nil, err end
   return platform_of(self).summary { processes = answer.processes, read = read_proc }
end

--- The cgroup's figures, as a plain table.
---@return table? stats
---@return neap.Error? err
function inspect:stats()
   local ok, ended = check_running(self, "task.stats")
   if not ok then return nil, ended end
   local id = core.process_id(self)
   local answer, err = client_of(self):call(TASKS .. "Metrics", { filters = { "id==" .. id } })
   if not answer then
      err.op, err.id = "task.stats", id
      return nil, err
   end
   local metric = answer.metrics[1]
   if not metric or not metric.data then
      return refuse(self, "task.stats", "not_found", "there are no figures")
   end
   local figures, why = require "neap.stats".of(metric)
   if not figures then return refuse(self, "task.stats", "unknown", why) end
   return figures
end

--- The limits that are given, of which the machine can do each.
local function read_limits(task, given)
   local limits, words = resources.update(given)
   if not limits then return nil, words end
   local _, platform = choose(core.process_container(task).runtime)
   if platform == "windows" then return limits end
   return require "neap.resources.host".check(limits, words, machine)
end

--- Let the policies that apply edit the limits, or refuse.
local function obey(task, checked, limits)
   local client, container = client_of(task), core.process_container(task)
   local rules = policies.find(client, client:namespace())
   if not rules then return checked end
   local ok, err = require("neap.policy").apply(checked, limits, {
      policies = rules, client = client, container = container, namespace = client:namespace(),
   }, "update")
   if not ok then
      err.op, err.id = "task.update", core.process_id(task)
      return nil, err
   end
   local edited, why = read_limits(task, checked)
   if edited then return edited end
   return refuse(task, "task.update", "invalid_argument", "what policies made of it: " .. why)
end

--- Change the limits of a running task: docker's words or OCI's.
---@param limits table
---@return true? ok
---@return neap.Error? err
function inspect:update(limits)
   if type(limits) ~= "table" then
      error(("bad argument #1 to 'update' (table expected, got %s)"):format(type(limits)), 2)
   end
   local checked, why = read_limits(self, limits)
   if not checked then return refuse(self, "task.update", "invalid_argument", why) end
   local allowed, refused = obey(self, checked, limits)
   if not allowed then return nil, refused end
   local any = platform_of(self).update(allowed)
   if not any then return true end
   local answer, err = ask(self, "task.update", "Update", { resources = any })
   if not answer then return nil, err end
   return true
end

return inspect
