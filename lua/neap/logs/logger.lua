--- The logger of a container: neap-log, a process of its own that reads the
--- container's output, writes the log and serves whoever watches.
--
-- It holds the lock on the bundle's `reader`, and removes that file when the streams
-- are over. A file that is there and not locked is a logger's that was killed.

local bundle = require "neap.bundle"
local bundles = require "neap.bundles"
local core = require "neap.core"
local defaults = require "neap.defaults"
local executable = require "neap.logs.executable"
local failure = require "neap.error"
local labels = require "neap.labels"
local place = require "neap.logs.place"
local settings = require "neap.logs.settings"

local fs = core.fs
local logger = {}

--- The settings of a container that has a log.
---@param container neap.Container
---@return neap.LogSettings?
function logger.settings(container)
   return settings.of(container.labels)
end

local function refuse(container, message, errno, code)
   local by_errno = errno and failure.code_of(errno, "failed_precondition")
   return nil, failure.new {
      code = code or by_errno or "unavailable", op = "container.start", id = container.id,
      errno = errno, message = "the log: " .. message,
   }
end

--- What it says first: "ok", or why not; with a code where that is not for it to say.
local function hear(said, seconds)
   local deadline, text = core.now() + seconds, ""
   while not text:find("\n", 1, true) do
      local bytes, err = said:read { timeout = math.max(0.001, deadline - core.now()) }
      if err then return nil, "it does not begin: " .. err.message, nil, err.code end
      if not bytes then return nil, text ~= "" and text or "it died" end
      text = text .. bytes
   end
   if text:match "^[^\n]*" == "ok" then return true end
   local errno, why = text:match "^(E%u+) ([^\n]*)"
   return nil, why or text:match "^[^\n]*", errno
end

--- One that hangs is killed.
local function launch(container, argv, seconds)
   local said <close>, pid = core.spawn_program(argv)
   if not said then return nil, pid end
   local begun, why, errno, code = hear(said, seconds or defaults.logger_timeout)
   if begun then return pid end
   if code then said:kill() end
   return refuse(container, why, errno, code)
end

---@class neap.logs.Streams
---@field bundle string
---@field stdout string   FIFOs
---@field stderr? string
---@field is_over? boolean  nobody will write any more

--- Start one, which must be the first on these streams. One that hangs is killed.
---@param container neap.Container
---@param made neap.LogSettings
---@param streams neap.logs.Streams
---@param seconds? number  to wait for it
---@return integer? pid
---@return neap.Error? err  errno "EBUSY": there is another; `unavailable`: it was killed;
---   `deadline_exceeded`: it hung
function logger.start(container, made, streams, seconds)
   local path, missing = executable()
   if not path then return refuse(container, missing, "ENOENT") end
   local ok, unmade = place.make(container, made)
   if not ok then return nil, unmade end
   local argv = {
      path, "--stdout", streams.stdout, "--reader", bundle.logger(streams.bundle),
      "--tap", streams.bundle .. "/tap", "--state", streams.bundle .. "/log", "--ready", "1",
   }
   if streams.stderr then table.move({ "--stderr", streams.stderr }, 1, 2, #argv + 1, argv) end
   if streams.is_over then argv[#argv + 1] = "--finish" end
   local more = settings.arguments(made, place.file(container, made))
   table.move(more, 1, #more, #argv + 1, argv)

   return launch(container, argv, seconds)
end

--- Have an exec's output read for nobody, as long as it comes.
---@param container neap.Container
---@param names { stdout: string, stderr: string? }  FIFOs, whose lock nobody has
---@param reader string                              that
---@return integer? pid
---@return neap.Error? err
function logger.discard(container, names, reader)
   local path, missing = executable()
   if not path then return refuse(container, missing, "ENOENT") end
   local argv = { path, "--discard", "--reader", reader, "--ready", "1" }
   for _, name in ipairs { "stdout", "stderr" } do
      if names[name] then table.move({ "--" .. name, names[name] }, 1, 2, #argv + 1, argv) end
   end
   return launch(container, argv)
end

--- Await the end of one that nobody writes to any more, but not for ever.
---@param pid integer
---@param reader string  its lock
function logger.finish(pid, reader)
   local watch <close> = core.watch({}, pid)
   if not watch or watch:read { timeout = defaults.drain } or not fs.is_read(reader) then return end
   watch:kill()
   watch:read { timeout = defaults.drain }
   if not fs.is_read(reader) then fs.unlink(reader) end
end

--- Where a container's logger keeps its lock; nil: it has none, by its state.
---@param container neap.Container
---@return string? path
---@return string? bundle
function logger.reader(container)
   local own = container.labels[labels.log] and bundles.own(container)
   if not own or not fs.lstat(own .. "/log") then return nil end
   return bundle.logger(own), own
end

--- The FIFOs of a container's output, by what is in its bundle.
---@param container neap.Container
---@param own string  the bundle
---@return neap.logs.Streams? streams
function logger.streams(container, own)
   local streams = { bundle = own }
   local prefix = container.id .. "."
   for _, name in ipairs(fs.list(own) or {}) do
      local stream = name:sub(1, #prefix) == prefix and name:match "^.*%-(std%a+)$"
      if stream == "stdout" or stream == "stderr" then streams[stream] = own .. "/" .. name end
   end
   return streams.stdout and streams
end

--- Does a logger read a container's output, or did it until it was killed?
---@param container neap.Container
---@return boolean
function logger.is_here(container)
   local reader = logger.reader(container)
   return reader ~= nil and fs.lstat(reader) ~= nil
end

--- Is there a logger that reads a container's output?
---@param container neap.Container
---@return boolean
---@return string? bundle  nil: it has no log
function logger.lives(container)
   local reader, own = logger.reader(container)
   return reader ~= nil and fs.is_read(reader), own
end

--- Its process id. Who has the lock could be asked too, but takes long to answer.
---@param own string  the bundle
---@return integer? pid  nil: it begins, or ends
function logger.pid(own)
   local socket, pid = core.connect_socket(own .. "/tap")
   if not socket then return nil end
   socket:close()
   return pid
end

return logger
