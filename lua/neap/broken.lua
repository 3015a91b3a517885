--- What a process gets that writes to a broken pipe: SIGPIPE, as in a shell.
--
-- Its shim holds both ends of its output, so the kernel never sends it. The first
-- process of a container is deaf to it unless it says otherwise, and would write for
-- ever to nobody; so that one is killed when it goes on.

local core = require "neap.core"
local defaults = require "neap.defaults"

local broken = {}

local PIPE <const> = 1 << 12 -- its bit in a mask of signals

--- Would the first process of a container hear of SIGPIPE? By /proc/PID/status.
---@param status string?
---@return boolean
function broken.heeds(status)
   for _, mask in ipairs { "SigIgn", "SigCgt" } do
      local bits = status and status:match(mask .. ":%s*(%x+)")
      if bits and tonumber(bits, 16) & PIPE ~= 0 then return true end
   end
   return false
end

local function status_of(pid)
   local file <close> = io.open(("/proc/%d/status"):format(pid), "r")
   return file and file:read "a"
end

--- In a container of its own every process belongs to the pipe; execs do not.
local function is_alone(task)
   for _, process in ipairs(task:processes() or {}) do
      if process.exec_id then return false end
   end
   return true
end

--- Drop what comes, until it pauses or is more than `most`: false; true at the end.
local function drain(output, most)
   local options, size = { timeout = defaults.pipe.quiet }, 0
   while size <= most do
      local chunk, err = core.stream_read(output, options)
      if not chunk then return not (err and err.code == "deadline_exceeded") end
      size = size + #chunk
   end
   return false
end

--- Tell a process that goes on writing, and take what it still writes, to its end. What
--- was in the pipe when it broke is no offence, as in a shell.
---@param process neap.Process
---@param output neap.Stream
function broken.tell(process, output)
   if drain(output, defaults.pipe.size) or not core.stream_read(output) then return end
   local is_task = core.is_task(process)
   local is_deaf = is_task and not broken.heeds(status_of(process.pid))
   process:kill("PIPE", { all = is_task and is_alone(process) })
   if is_deaf and not drain(output, defaults.pipe.in_flight) and core.stream_read(output) then
      process:kill "KILL"
   end
   repeat until not core.stream_read(output)
end

return broken
