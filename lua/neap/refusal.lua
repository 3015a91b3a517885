--- Why a process could not start, from the runtime's own words.
--
-- runc puts the cause last, behind what containerd and the shim add to it. The
-- cause comes first here; the whole text follows. `status` is what a shell would
-- exit with: 127 there is no such command, 126 it cannot be executed, else 125.

local refusal = {}

local function cause_of(message)
   return message:match "error during container init: (.+)$"
      or message:match "unable to start container process: (.+)$"
      or message:match "(exec: \".+)$"
      or message:match "runc create failed: (.+)$"
      or message:match "OCI runtime %a+ failed: (.+)$"
end

local function status_of(cause)
   if not cause:find "^exec: \"" then return 125 end
   if cause:find "executable file not found in %$PATH$"
      or cause:find "^exec: \".*\": stat .*: no such file or directory$" then
      return 127
   end
   if cause:find "permission denied$" then return 126 end
   return 125
end

--- By the kernel's numbers.
local RLIMITS <const> = { [0] = "cpu", "fsize", "data", "stack", "core", "rss", "nproc", "nofile",
   "memlock", "as", "locks", "sigpending", "msgqueue", "nice", "rtprio", "rttime" }

--- A machine without CAP_SYS_RESOURCE refuses a lower oom_score_adj so, and a
--- higher hard limit.
local function advice(message)
   local number = message:match "error setting rlimit type (%d+): operation not permitted"
   local rlimit = number and RLIMITS[math.tointeger(tonumber(number))]
   if rlimit then
      return ("; is ulimits.%s higher than this machine allows (CAP_SYS_RESOURCE)?"):format(rlimit)
   end
   if message:find("can't get final child's PID from pipe: EOF", 1, true) then
      return "; is oom_score_adj lower than this machine allows (CAP_SYS_RESOURCE)?"
   end
   return ""
end

--- Give an error of create, start or exec its cause and its status.
---@param err neap.Error
---@return neap.Error err  the same
function refusal.explain(err)
   if err.code ~= "unknown" then return err end
   local cause = cause_of(err.message) or err.message
   err.status = status_of(cause)
   if cause ~= err.message then
      err.message = ("%s%s (%s)"):format(cause, advice(err.message), err.message)
   end
   return err
end

return refusal
