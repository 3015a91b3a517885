--- From what streams are connected to, to FIFOs and who serves them.
--
-- Descriptors, files and captures are the core's own work. What is Lua's, or another
-- process's, gets a pipe and a pump: a fiber that moves bytes, and tells when it has
-- taken all.

local core = require "neap.core"
local consumers_of = require "neap.stdio.consumers"
local feed = require "neap.feed"
local log = require "neap.log"
local pumps_of = require "neap.stdio.pump"

local plumbing = {}

---@class neap.Pump
---@field stream integer  1 stdout, 2 stderr, 0 stdin
---@field nth integer     of an output's consumers
---@field run? fun(stream: neap.Stream)
---@field counted? neap.Sink  is to know its stream
---@field may_wait? boolean   for something else than the process

local FDS <const> = { stdin = 0, stdout = 1, stderr = 2 }
local PUMPED <const> = { ["function"] = true, sink = true, stream = true }

--- --- ends ------------------------------------------------------------------

local function flush(name)
   if name == "stdout" then io.stdout:flush() elseif name == "stderr" then io.stderr:flush() end
end

local function one_end(name, e)
   if e.kind == "inherit" then
      flush(name)
      return { kind = "fd", fd = FDS[name] }
   end
   if e.kind == "null" then return { kind = "null" } end
   if e.kind == "log" or e.kind == "attach" then return { kind = "other" } end
   if e.kind == "file" then return { kind = "file", file = e.path } end
   if e.kind == "capture" then return { kind = "capture", limit = e.limit } end
   return { kind = "pipe", holds = name ~= "stdin" and PUMPED[e.kind] or false }
end

local HOLD <const> = { "policy", "buffer", "spill_dir", "spill_limit" }

local function with_policy(made, how)
   for _, field in ipairs(how and HOLD or {}) do made[field] = how[field] end
   return made
end

local function core_end(name, e, path)
   local made
   for _, consumer in ipairs(consumers_of.list(e)) do
      local one = with_policy(one_end(name, consumer), consumer.hold)
      if made then
         made.more = made.more or {}
         made.more[#made.more + 1] = one
      else
         made = one
      end
   end
   if made.kind ~= "null" then made.path = path end
   return made
end

--- --- pumps -----------------------------------------------------------------

local function add_input_pump(pumps, e, failed)
   local run
   if e.kind == "stream" then
      run = pumps_of.input(e, failed)
   elseif e.fn then
      run = feed.pump(e.fn, failed)
   else
      return
   end
   pumps[#pumps + 1] = { stream = 0, nth = 1, run = run, may_wait = e.kind == "function" }
end

local function add_output_pumps(pumps, index, e, failed)
   for nth, consumer in ipairs(consumers_of.list(e)) do
      local run = PUMPED[consumer.kind] and pumps_of.output(consumer, failed)
      if run or consumer.counted then
         pumps[#pumps + 1] = { stream = index, nth = nth, run = run, counted = consumer.counted }
      end
   end
end

--- The ends of an io table as the core takes them, and the pumps they need.
---@param io neap.Stdio  from neap.stdio
---@param names { stdin: string?, stdout: string?, stderr: string? }  of FIFOs
---@param failed fun(err: any)  told what a consumer raises
---@return table config  for the core
---@return neap.Pump[] pumps
function plumbing.connect(io, names, failed)
   local pumps = {}
   local config = { terminal = io.terminal, drain = io.drain }
   local stderr, stderr_path = io.stderr, names.stderr
   if stderr.kind == "merged" then
      local kind = io.stdout.kind
      stderr = { kind = (kind == "null" or kind == "log") and kind or "pipe" }
      stderr_path = names.stdout
   end
   config.stdin = core_end("stdin", io.stdin, names.stdin)
   config.stdout = core_end("stdout", io.stdout, names.stdout)
   config.stderr = core_end("stderr", stderr, stderr_path)

   add_input_pump(pumps, io.stdin, failed)
   for name, index in pairs { stdout = 1, stderr = 2 } do
      add_output_pumps(pumps, index, io[name], failed)
   end
   return config, pumps
end

--- The stream that a script reads or writes by itself, or that keeps what came: of a
--- list the "pipe" in it. nil: there is none.
---@param process neap.Process
---@param name string
---@param e neap.stdio.End
---@return neap.Stream?
function plumbing.kept(process, name, e)
   for nth, consumer in ipairs(consumers_of.list(e)) do
      if consumer.kind == "pipe" or consumer.kind == "capture" then
         return core.process_stream(process, FDS[name], nth)
      end
   end
end

local function serve(pump, stream)
   local ok, err = pcall(pump.run, stream)
   if not ok and not (type(err) == "table" and err.code == "cancelled") then
      log.error("%s", tostring(err))
   end
end

--- Run the pumps of a process that was started; they hold no program up.
---@param process neap.Process
---@param pumps neap.Pump[]
function plumbing.start(process, pumps)
   for _, pump in ipairs(pumps) do
      local stream = core.process_stream(process, pump.stream, pump.nth)
      if stream and pump.counted then pump.counted:watch(stream) end
      local pumping = stream and pump.run and core.daemon(serve, pump, stream)
      if pumping and pump.may_wait then feed.ends_with(process, pumping) end
   end
end

return plumbing
