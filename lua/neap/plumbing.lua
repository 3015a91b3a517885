--- From what streams are connected to, to FIFOs and who serves them.
--
-- Descriptors, files and captures are the core's own work. What is Lua's gets a
-- pipe and a pump: a fiber that moves bytes, and tells when it has taken all.

local core = require "neap.core"
local feed = require "neap.feed"
local log = require "neap.log"

local plumbing = {}

---@class neap.Pump
---@field stream integer  1 stdout, 2 stderr, 0 stdin
---@field run fun(stream: neap.Stream)
---@field may_wait? boolean  for something else than the process

local FDS <const> = { stdin = 0, stdout = 1, stderr = 2 }

--- --- consumers of output ---------------------------------------------------

local function function_consumer(fn)
   return { write = function(bytes) fn(bytes) end, finish = function() fn(nil) end }
end

local function check(ok, err)
   if ok == nil and err ~= nil then error(err, 0) end
end

local function open_to_write(path, options)
   local ok, err = core.path.touch(path, options.mode or 384) -- 0600
   if not ok then return nil, err end
   local file, why = io.open(path, options.append and "ab" or "wb")
   if not file then return nil, why end
   return {
      size = file:seek "end",
      write = function(_, bytes)
         local written, problem = file:write(bytes)
         if not written then return nil, problem end
         return file:flush()
      end,
      close = function() return file:close() end,
   }
end

local files = { open = open_to_write, rename = os.rename }

local function sink_consumer(sink, path)
   if path then check(sink:open(files)) end
   return {
      write = function(bytes) check(sink:write(bytes)) end,
      finish = function() check(sink:finish()) end,
   }
end

local function file_consumer(file)
   return {
      write = function(bytes) check(file:write(bytes)) end,
      finish = function() check(file:flush()) end,
   }
end

local function open_file(path)
   local file, why = io.open(path, "ab")
   if not file then error(why, 0) end
   return {
      write = function(bytes) check(file:write(bytes)) end,
      finish = function() file:close() end,
   }
end

local consumers = {
   ["function"] = function(e) return function_consumer(e.fn) end,
   sink = function(e) return sink_consumer(e.sink, e.path) end,
   inherit = function(_, name)
      return file_consumer(name == "stderr" and io.stderr or io.stdout)
   end,
   file = function(e) return open_file(e.path) end,
   pipe = function(e) return e.buffer end,
}

local function consumer_of(e, name)
   if e.kind ~= "list" then return consumers[e.kind](e, name) end
   local all = {}
   for i, inner in ipairs(e.consumers) do all[i] = consumers[inner.kind](inner, name) end
   return {
      write = function(bytes) for _, c in ipairs(all) do c.write(bytes) end end,
      finish = function() for _, c in ipairs(all) do c.finish() end end,
   }
end

--- What comes out of a stream, to its end.
local function chunks(stream)
   return function() return core.stream_read(stream) end
end

--- What a consumer raises is the wait's; the process goes on, unread bytes go.
local function pump_output(e, name, failed)
   return function(stream)
      local ok, err = pcall(function()
         local consumer = consumer_of(e, name)
         for chunk in chunks(stream) do consumer.write(chunk) end
         consumer.finish()
      end)
      if not ok then
         failed(err)
         for _ in chunks(stream) do end -- to the end, or it would block
      end
      core.stream_done(stream)
   end
end

--- --- ends ------------------------------------------------------------------

local PUMPED <const> = { ["function"] = true, sink = true, list = true }

local function flush(name)
   if name == "stdout" then io.stdout:flush() elseif name == "stderr" then io.stderr:flush() end
end

local function core_end(name, e, path)
   if e.kind == "null" then return { kind = "null" } end
   if e.kind == "inherit" then
      flush(name)
      return { kind = "fd", fd = FDS[name], path = path }
   end
   if e.kind == "file" then return { kind = "file", file = e.path, path = path } end
   if e.kind == "capture" then return { kind = "capture", limit = e.limit, path = path } end
   local holds = name ~= "stdin" and PUMPED[e.kind] or false
   return { kind = "pipe", path = path, holds = holds }
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
      stderr = io.stdout.kind == "null" and { kind = "null" } or { kind = "pipe" }
      stderr_path = names.stdout
   end
   config.stdin = core_end("stdin", io.stdin, names.stdin)
   config.stdout = core_end("stdout", io.stdout, names.stdout)
   config.stderr = core_end("stderr", stderr, stderr_path)

   if io.stdin.fn then
      pumps[#pumps + 1] = { stream = 0, run = feed.pump(io.stdin.fn, failed),
         may_wait = io.stdin.kind == "function" }
   end
   for name, index in pairs { stdout = 1, stderr = 2 } do
      if PUMPED[io[name].kind] then
         pumps[#pumps + 1] = { stream = index, run = pump_output(io[name], name, failed) }
      end
   end
   return config, pumps
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
      local stream = core.process_stream(process, pump.stream)
      local pumping = stream and core.daemon(serve, pump, stream)
      if pumping and pump.may_wait then feed.ends_with(process, pumping) end
   end
end

return plumbing
