--- A start whose output goes to a log: its FIFOs are made, and its logger reads
--- them, before containerd is told their names.

local bundle = require "neap.bundle"
local core = require "neap.core"
local failure = require "neap.error"

local fs = core.fs
local logging = {}

local function names_of(config, kind)
   local names = {}
   for _, name in ipairs { "stdin", "stdout", "stderr" } do
      local path = config[name].kind == kind and config[name].path
      if path then names[name] = path end
   end
   return names
end

local function make(names, config)
   for _, path in pairs(names) do
      local ok, errno = fs.fifo(path, config.uid, config.gid)
      if not ok and errno ~= "EEXIST" then return nil, path .. ": " .. errno, errno end
   end
   return true
end

local function let_go(held)
   for i, file in ipairs(held) do
      file:close()
      held[i] = nil
   end
   if held.watched then held.watched.close() end
   held.watched = nil
end

local held_mt = { __close = let_go }

local function remove(names)
   for _, path in pairs(names) do fs.unlink(path) end
end

--- Take back what begin has done, for nothing was started. The next start is not to
--- meet this one's logger.
---@param held table
function logging.undo(held)
   let_go(held)
   if not held.pid then return end
   remove(held.names)
   require "neap.logs.logger".finish(held.pid, held.reader)
end

--- Consumers beside the log are there before the first byte.
local function watch(held, container, io)
   local ends = { stdout = io.stdout.also, stderr = io.stderr.also }
   if not next(ends) then return held end
   local watched, err = require "neap.logs.watching".connect(container, "hold")
   if not watched then
      logging.undo(held)
      return nil, err
   end
   held.watched, held.ends = watched, ends
   return held
end

--- As a writer that comes and goes: where no process ever writes, the logger sees the
--- end of the streams when this is closed, and ends itself.
local function hold(names)
   local held = setmetatable({}, held_mt)
   for _, name in ipairs { "stdout", "stderr" } do
      held[#held + 1] = names[name] and io.open(names[name], "r+b") or nil
   end
   return held
end

--- What an earlier start's logger left is not to be taken for this one's: FIFOs are
--- told apart by inodes, which are used again.
local function forget(own)
   if not fs.lstat(own .. "/log") or fs.is_read(bundle.logger(own)) then return end
   for _, name in ipairs { "log", "log.out", "log.err" } do fs.unlink(own .. "/" .. name) end
end

--- A task that is there has the streams read: say what containerd would have said.
local function explain(container, err)
   if err.errno ~= "EBUSY" or not core.task_load(container) then return err end
   return failure.new { code = "already_exists", op = "container.start", id = container.id,
      message = ("task %s: already exists"):format(container.id) }
end

--- Begin it, if it is such a start. The result is to be closed when the process has
--- been started, or will not be.
---@param container neap.Container
---@param config table  for the core
---@param io neap.Stdio
---@return table? held
---@return neap.Error? err
function logging.begin(container, config, io)
   if config.bundle then forget(config.bundle) end
   if io.stdout.kind ~= "log" then return setmetatable({}, held_mt) end
   local names = names_of(config, "other")
   local ok, why, errno = make(names, config)
   if not ok then
      remove(names)
      return nil, failure.new { code = "failed_precondition", op = "container.start",
         id = container.id, errno = errno, message = "cannot make the FIFO " .. why }
   end
   local stderr = names.stderr ~= names.stdout and names.stderr or nil
   local held = hold { stdout = names.stdout, stderr = stderr }
   local logger = require "neap.logs.logger"
   local pid, err = logger.start(container, logger.settings(container), {
      bundle = config.bundle, stdout = names.stdout, stderr = stderr,
   })
   if pid then
      held.names, held.pid, held.reader = names, pid, bundle.logger(config.bundle)
      return watch(held, container, io)
   end
   let_go(held)
   remove(names)
   return nil, explain(container, err)
end

--- Serve consumers beside the log, now that there is a process.
---@param process neap.Process
---@param held table
---@param failed fun(err: any)
function logging.show(process, held, failed)
   local watched = held.watched
   if not watched then return end
   held.watched = nil
   require "neap.logs.watching".start(process, watched, "hold", held.ends, failed)
end

return logging
