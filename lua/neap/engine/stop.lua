--- Stopping: refused while something runs in the engine, unless forced.

local core = require "neap.core"

local cgroups = require "neap.engine.cgroups"
local layout = require "neap.engine.layout"
local options = require "neap.engine.options"
local status = require "neap.engine.status"
local tasks = require "neap.engine.tasks"

local OP <const> = "engine.stop"
local TASK_TIMEOUT <const> = 10 -- for a killed task to end
local SHOWN <const> = 10 -- names in a refusal

---@class neap.engine.StopOptions : neap.engine.Options
---@field force? boolean  kill and delete what runs in it first
---@field tasks? fun(connect): neap.engine.Task[]?, table?  lists what runs, in place of asking
---@field remove? fun(connect, task, timeout): true?, table?  ends one of them

-- Only who is asked to connect needs the whole of neap.
local function connector(address)
   return function(namespace)
      return require "neap".connect { address = address, namespace = namespace }
   end
end

local function running(list)
   local names = {}
   for _, task in ipairs(list) do
      if task.status ~= "STOPPED" then
         names[#names + 1] = task.namespace .. "/" .. task.id
      end
   end
   return names
end

local function refuse_running(names, dir)
   local shown = table.concat(names, ", ", 1, math.min(#names, SHOWN))
   return options.refuse(OP, "failed_precondition",
      ("%d %s still running: %s%s; stop them first, or use force"):format(
         #names, #names == 1 and "task is" or "tasks are", shown,
         #names > SHOWN and ", ..." or ""
      ), dir)
end

local function clear(given, found)
   local connect = connector(found.address)
   local list, err = (given.tasks or tasks.list)(connect)
   if not list then return nil, err end

   local names = running(list)
   if #names > 0 and not given.force then return refuse_running(names, found.dir) end
   if not given.force then return true end
   for _, task in ipairs(list) do
      local ok
      ok, err = (given.remove or tasks.remove)(connect, task, TASK_TIMEOUT)
      if not ok then return nil, err end
   end
   return true
end

--- Stop the engine under `dir`: failed_precondition while tasks run in it,
--- unless forced; not_found when it does not run.
---@param given? neap.engine.StopOptions
---@return neap.engine.Status? status  as it was
---@return table? err
local function stop(given)
   local found, err = status.find(OP, given, 3)
   given = given or {}
   if not found then return nil, err end
   if not found.running then
      return options.refuse(OP, "not_found",
         ("no engine runs under %s"):format(found.dir), found.dir)
   end

   local ok
   ok, err = options.check_user(OP)
   if ok then ok, err = clear(given, found) end
   if not ok then return nil, err end
   local places = options.places(given.dir, given.run)
   local peer
   peer, err = core.engine.stop(status.request(places))
   if not peer then return nil, err end
   cgroups.sweep(select(2, layout.isolation(places)))
   return found
end

return stop
