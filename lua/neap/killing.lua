--- A process's forced end, rung by rung: KILL to all and the exit, its deletion.
--- What is gone already counts as done.

local core = require "neap.core"
local defaults = require "neap.defaults"
local pipes = require "neap.pipes"

local killing = {}

local function is_gone(err)
   return err.code == "not_found"
end

local function has_ended(process)
   return core.process_info(process).status == "stopped"
end

--- An exec that was never started has nothing to kill.
local function is_unstarted(process, err)
   return err and err.code == "failed_precondition" and not core.is_task(process)
      and core.process_info(process).status == "created"
end

--- Kill it and wait; says too whether containerd knows it, which it does not
--- without a record.
---@param process neap.Process
---@return boolean? is_done
---@return boolean|neap.Error is_known
function killing.kill(process)
   if has_ended(process) then return true, true end
   local ok, err = core.process_kill(process, 9, core.is_task(process))
   if is_unstarted(process, err) then return true, true end
   if not ok and not is_gone(err) then return nil, err end
   if not ok and require "neap.orphan".has_no_record(process) then return true, false end
   local exit, unseen = core.process_wait(process, { timeout = defaults.delete.kill_timeout })
   if not exit and not is_gone(unseen) and unseen.code ~= "deadline_exceeded" then
      return nil, unseen
   end
   return true, true
end

--- Delete it, in a few tries. Its exit; false where there was nothing to delete.
---@param process neap.Process
---@return neap.Exit|boolean? exit
---@return neap.Error? err
function killing.delete(process)
   local exit, err
   for try = 1, defaults.delete.tries do
      if try > 1 then core.sleep(defaults.delete.pause) end
      exit, err = core.process_delete(process)
      if exit or is_gone(err) then
         pipes.remove(process)
         return exit or false
      end
      if err.code == "cancelled" then break end -- the client was closed
   end
   return nil, err
end

return killing
