--- Attaching to a process that an earlier client started.
--
-- Only FIFOs in a bundle of Neap's own are opened: others have readers of their
-- own, and two readers of one FIFO split its bytes. What a logger reads is had from
-- the logger, by any number of clients.

local core = require "neap.core"
local consumers_of = require "neap.stdio.consumers"
local failure = require "neap.error"
local fs = core.fs
local logger = require "neap.logs.logger"
local pipes = require "neap.pipes"
local plumbing = require "neap.plumbing"
local stdio = require "neap.stdio"
local watching = require "neap.logs.watching"

local function refuse(process, code, message)
   return nil, failure.new {
      code = code, op = "process.attach", message = message,
      id = core.process_container(process).id,
   }
end

--- The outputs, from the logger; what came since somebody watched last comes first.
local function watch(process, io, failed)
   local ends = {}
   for _, name in ipairs { "stdout", "stderr" } do
      local e = io[name]
      if e.kind == "merged" then e = io.stdout end
      local can, why = consumers_of.can_be_fed(name, e)
      if not can then return refuse(process, "invalid_argument", why) end
      if e.kind ~= "null" then ends[name] = e end
   end
   if not next(ends) then return true end
   local watched, err = watching.join(core.process_container(process), "backlog")
   if not watched then
      if err then return nil, err end
      return refuse(process, "failed_precondition", "its output is over")
   end
   watching.start(process, watched, "backlog", ends, failed)
   return true
end

--- Open the streams in our end of the process.
local function connect(process, io, names, own, is_logged, failed)
   local mine = io
   if is_logged then
      mine = setmetatable({ stdout = { kind = "null" }, stderr = { kind = "null" } },
         { __index = io })
   end
   local config, pumps = plumbing.connect(mine, names, failed)
   config.adopt = true
   if not is_logged then
      config.reader, config.reader_is_file = pipes.reader(process, names, own)
   else
      config.stdout = names.stdout and { kind = "other", path = names.stdout }
      config.stderr = names.stderr and { kind = "other", path = names.stderr }
   end
   local ok, err = core.process_attach(process, config)
   if not ok then
      if config.reader and fs.is_read(config.reader) then err.errno = "EBUSY" end
      return nil, err
   end
   for name in pairs(stdio.fields) do
      core.state(process)[name] = plumbing.kept(process, name, mine[name])
   end
   plumbing.start(process, pumps)
   return true
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
   local function failed(err) state.failure = state.failure or err end
   local is_logged = core.is_task(process)
      and logger.is_here(core.process_container(process))
   local ok, err = connect(process, io, names, own, is_logged, failed)
   if not ok then return nil, err end
   if is_logged then return watch(process, io, failed) end
   return true
end
