--- Processes of any containers, joined as a shell joins them.

local broken = require "neap.broken"
local core = require "neap.core"
local defaults = require "neap.defaults"
local move = require "neap.stdio.move"
local reading = require "neap.reading"
local talk = require "neap.talk"

---@alias neap.Stage async fun(io: { stdin: "pipe"?, stdout: "pipe"? }): neap.Process?, neap.Error?

local function is_process(value)
   local mt = type(value) == "userdata" and getmetatable(value)
   return mt and (mt == core.metatable "task" or mt == core.metatable "process")
end

--- --- starting --------------------------------------------------------------

--- The ends of stage `i` that the pipe needs.
local function ends_of(i, count)
   return { stdin = i > 1 and "pipe" or nil, stdout = i < count and "pipe" or nil }
end

--- Are the ends of stage `i` there, and nobody else's?
local function check_ends(process, i, count)
   for name in pairs(ends_of(i, count)) do
      local stream, err = talk.stream(process, name)
      if not stream then return nil, err end
      if name == "stdout" then reading.check(stream, 4) end
   end
   return process
end

local function start_stage(stage, i, count)
   local process, err = stage(ends_of(i, count))
   if process == nil and err ~= nil then return nil, err end
   if not is_process(process) then
      error(("the function of stage %d gave a %s (a process expected)"):format(i, type(process)), 0)
   end
   return process
end

--- What was started here is nobody else's to end when it comes to nothing.
local started_mt = {
   __close = function(started)
      if started.is_done then return end
      for _, process in ipairs(started) do
         local client = core.container_client(core.process_container(process))
         if not client:is_closed() then process:delete { force = true } end
      end
   end,
}

--- The processes, in order. Given ones are checked before any is started.
local function start(stages, started)
   local processes = {}
   for i = 1, stages.n do
      if is_process(stages[i]) then
         local ok, err = check_ends(stages[i], i, stages.n)
         if not ok then return nil, err end
      end
   end
   for i = 1, stages.n do
      local process, err = stages[i], nil
      if type(process) == "function" then
         process, err = start_stage(process, i, stages.n)
         if not process then return nil, err end
         started[#started + 1] = process
         process, err = check_ends(process, i, stages.n)
      end
      if not process then return nil, err end
      processes[i] = process
   end
   return processes
end

--- --- joining ---------------------------------------------------------------

--- Nobody reads on: the next process has ended, or its input was closed here. That a
--- process has closed its own and lives on shows nowhere: its shim keeps both ends of
--- the pipe it reads (go-runc's CloseAfterStart leaves stdin's open), so that copying
--- into it never fails, and the FIFO keeps its reader, whoever else opens it how.
local BROKEN <const> = { failed_precondition = true, not_found = true }

local function join(writer, reader)
   local output, input = talk.stream(writer, "stdout"), talk.stream(reader, "stdin")
   local _end <close> = setmetatable({}, { __close = function() input:close() end })
   local count, err = move(output, input)
   if count then return true end
   if not BROKEN[err.code] then return nil, err end
   reading.exclusively(output, function() broken.tell(writer, output) end)
   return true
end

local joints_mt = {
   __close = function(joints)
      for _, joint in ipairs(joints) do joint:cancel() end
      for _, joint in ipairs(joints) do core.settled(joint) end
   end,
}

--- A writer and its reader have ended: what children of the writer still write is
--- nobody's. They get the kernel's own SIGPIPE when their output goes with the exec.
local function finish(joint, writer)
   if not core.settled(joint, { timeout = defaults.drain }) then
      if not core.is_task(writer) then writer:delete() end
      joint:cancel()
      return true
   end
   return joint:join()
end

--- Wait for all of them, in order; the first failure is the pipe's.
local function attend(processes, joints)
   local exits, failed = {}, nil
   for i, process in ipairs(processes) do
      local exit, err = process:wait()
      exits[i], failed = exit, failed or err
   end
   for i, joint in ipairs(joints) do
      local ok, err = finish(joint, processes[i])
      if not ok then failed = failed or err end
   end
   if failed then return nil, failed end
   return exits
end

--- Join processes like a shell's pipeline, and wait for all. Each is a process or task
--- that was started with the "pipe"s needed, or a function that starts one on the ends
--- that it is given. A reader that ends early breaks the pipe: its writer gets SIGPIPE.
---@param ... neap.Process|neap.Stage
---@return neap.Exit[]? exits  in order
---@return neap.Error? err  what functions started has been ended then
return function(...)
   local stages = table.pack(...)
   for i = 1, math.max(stages.n, 1) do
      if not is_process(stages[i]) and type(stages[i]) ~= "function" then
         error(("bad argument #%d to 'pipe' (process or function expected, got %s)"):format(
            i, stages.n == 0 and "no value" or type(stages[i])), 2)
      end
   end

   local started <close> = setmetatable({}, started_mt)
   local processes, err = start(stages, started)
   if not processes then return nil, err end
   local joints <close> = setmetatable({}, joints_mt)
   for i = 1, stages.n - 1 do
      joints[i] = core.spawn(join, processes[i], processes[i + 1])
   end
   local exits, failed = attend(processes, joints)
   started.is_done = exits ~= nil
   return exits, failed
end
