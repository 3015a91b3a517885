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

--- What goes on after a while, and beyond what pipes hold, goes on for ever.
local function drain_deaf(task, output)
   local options, size, is_quiet = { timeout = defaults.pipe.quiet }, 0, false
   while true do
      local chunk, err = core.stream_read(output, options)
      if err and err.code == "deadline_exceeded" then
         is_quiet, options = true, nil
      elseif not chunk then
         return
      else
         size = size + #chunk
         if is_quiet or size > defaults.pipe.in_flight then break end
      end
   end
   task:kill "KILL"
end

--- Tell the process, and take what it still writes, to its end.
---@param process neap.Process
---@param output neap.Stream
function broken.tell(process, output)
   local is_task = core.is_task(process)
   local is_deaf = is_task and not broken.heeds(status_of(process.pid))
   process:kill("PIPE", { all = is_task and is_alone(process) })
   if is_deaf then drain_deaf(process, output) end
   repeat until not core.stream_read(output)
end

return broken
