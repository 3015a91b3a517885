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

--- What the runtime's words most likely mean, where they do not say it. Without
--- CAP_SYS_RESOURCE a machine refuses a lower oom_score_adj, and runc ends while it
--- says nothing; and a higher hard limit. A cgroup's real-time runtime is a part of
--- that of the cgroup it is in, which is none unless somebody gave it one.
local function meaning(message)
   local number = message:match "error setting rlimit type (%d+): operation not permitted"
   local rlimit = number and RLIMITS[math.tointeger(tonumber(number))]
   if rlimit then
      return ("perhaps ulimits.%s is higher than this machine allows (CAP_SYS_RESOURCE): ")
         :format(rlimit)
   end
   if message:find("can't get final child's PID from pipe: EOF", 1, true) then
      return "perhaps oom_score_adj is lower than this machine allows (CAP_SYS_RESOURCE): "
   end
   if message:find "cpu%.rt_runtime_us: invalid argument" then
      return "perhaps cpu_rt_runtime is more than the cgroup has that the container's is in: "
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
      err.message = ("%s%s (%s)"):format(meaning(err.message), cause, err.message)
   end
   return err
end

return refusal
