--- Attaching to a process that an earlier client started.
--
-- Only FIFOs in a bundle of Neap's own are opened: others have readers of their
-- own, and two readers of one FIFO split its bytes.

local core = require "neap.core"
local failure = require "neap.error"
local fs = core.fs
local pipes = require "neap.pipes"
local plumbing = require "neap.plumbing"
local stdio = require "neap.stdio"

local function refuse(process, code, message)
   return nil, failure.new {
      code = code, op = "process.attach", message = message,
      id = core.process_container(process).id,
   }
end

--- Connect what the process has; streams that it lacks are null.
---@param process neap.Process
---@param given table
---@return true? ok
---@return neap.Error? err
return function(process, given)
   local info = core.process_info(process)
   local io, wrong = stdio.normalize(given, {
      op = "process.attach", cwd = fs.cwd(), fs = fs, terminal = info.terminal,
   })
   if not io then return nil, wrong end
   if info.gone or info.vanished then return refuse(process, "not_found", "the process is gone") end
   if info.status == "stopped" then
      return refuse(process, "failed_precondition", "the process has ended")
   end
   local names, own = pipes.of(process)
   if not names then return refuse(process, "failed_precondition", own) end
   for _, name in ipairs { "stdin", "stdout", "stderr" } do
      if not names[name] then io[name] = { kind = "null" } end
   end

   local state = core.state(process)
   local config, pumps = plumbing.connect(io, names, function(err)
      state.failure = state.failure or err
   end)
   config.adopt = true
   config.reader = pipes.reader(process, names, own)
   local ok, err = core.process_attach(process, config)
   if not ok then return nil, err end
   for name in pairs(stdio.fields) do
      state[name] = plumbing.kept(process, name, io[name])
   end
   plumbing.start(process, pumps)
   return true
end
