--- The logger of a container: neap-log, a process of its own that reads the
--- container's output, writes the log and serves whoever watches.
--
-- It holds the lock on the bundle's `reader`, and removes that file when the streams
-- are over. A file that is there and not locked is a logger's that was killed.

local bundles = require "neap.bundles"
local core = require "neap.core"
local defaults = require "neap.defaults"
local failure = require "neap.error"
local labels = require "neap.labels"
local log = require "neap.log"
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

--- --- where it is -------------------------------------------------------------

--- Beside the program, or beside the module's C part, built or installed.
local function candidates()
   local list = {}
   local function add(directory, ...)
      for _, name in ipairs { ... } do list[#list + 1] = directory .. "/" .. name end
   end
   local told = os.getenv "NEAP_LIBEXEC"
   if told and told ~= "" then add(told, "neap-log") end
   local module = package.searchpath("neap.core", package.cpath)
   local ours = fs.realpath "/proc/self/exe"
   if ours then add(ours:match "^(.*)/", "neap-log", "../libexec/neap/neap-log") end
   local real = module and fs.realpath(module)
   if real then
      add(real:match "^(.*)/", "../../neap-log", "../../../../libexec/neap/neap-log")
   end
   return list
end

local function program()
   for _, candidate in ipairs(candidates()) do
      local real = fs.realpath(candidate)
      local found = real and fs.stat(real)
      if found and found.type == "file" and found.mode & 73 ~= 0 then return real end
   end
   return nil, "neap-log is not installed beside neap (NEAP_LIBEXEC can name its directory)"
end

--- --- starting ----------------------------------------------------------------

local CODES <const> = {
   ENOENT = "not_found", EEXIST = "already_exists", EACCES = "permission_denied",
   EPERM = "permission_denied", ENOSPC = "resource_exhausted", EDQUOT = "resource_exhausted",
   EMFILE = "resource_exhausted", ENFILE = "resource_exhausted",
}

local function refuse(container, message, errno)
   return nil, failure.new {
      code = CODES[errno] or "failed_precondition", op = "container.start", id = container.id,
      errno = errno, message = "the log: " .. message,
   }
end

--- What it says first: "ok", or why not.
local function hear(said)
   local deadline, text = core.now() + defaults.logger_timeout, ""
   while not text:find("\n", 1, true) do
      local bytes, err = said:read { timeout = math.max(0.001, deadline - core.now()) }
      if not bytes then return nil, err and err.message or text ~= "" and text or "it died" end
      text = text .. bytes
   end
   if text:match "^[^\n]*" == "ok" then return true end
   local errno, why = text:match "^(E%u+) ([^\n]*)"
   return nil, why or text:match "^[^\n]*", errno
end

---@class neap.logs.Streams
---@field bundle string
---@field stdout string   FIFOs
---@field stderr? string
---@field is_over? boolean  nobody will write any more

--- Start one, which must be the first on these streams.
---@param container neap.Container
---@param made neap.LogSettings
---@param streams neap.logs.Streams
---@return true? ok
---@return neap.Error? err  errno "EBUSY": there is another
function logger.start(container, made, streams)
   local path, missing = program()
   if not path then return refuse(container, missing) end
   local ok, unmade = place.make(container, made)
   if not ok then return nil, unmade end
   local argv = {
      path, "--stdout", streams.stdout, "--reader", streams.bundle .. "/reader",
      "--tap", streams.bundle .. "/tap", "--state", streams.bundle .. "/log", "--ready", "1",
   }
   if streams.stderr then table.move({ "--stderr", streams.stderr }, 1, 2, #argv + 1, argv) end
   if streams.is_over then argv[#argv + 1] = "--finish" end
   local more = settings.arguments(made, place.file(container, made))
   table.move(more, 1, #more, #argv + 1, argv)

   local said <close>, unstarted = core.spawn_program(argv)
   if not said then return nil, unstarted end
   local begun, why, errno = hear(said)
   if begun then return true end
   return refuse(container, why, errno)
end

--- --- later -------------------------------------------------------------------

--- The streams of a logger that was killed, by what is in the bundle.
local function left_streams(container, own)
   local streams = { bundle = own }
   local prefix = container.id .. "."
   for _, name in ipairs(fs.list(own) or {}) do
      local stream = name:sub(1, #prefix) == prefix and name:match "^.*%-(std%a+)$"
      if stream == "stdout" or stream == "stderr" then streams[stream] = own .. "/" .. name end
   end
   return streams.stdout and streams
end

--- Where a container's logger keeps its lock; nil: it has none, by its state.
local function reader_of(container)
   local own = container.labels[labels.log] and bundles.own(container)
   if not own or not fs.lstat(own .. "/log") then return nil end
   return own .. "/reader", own
end

--- Does a logger read a container's output, or did it until it was killed?
---@param container neap.Container
---@return boolean
function logger.is_here(container)
   local reader = reader_of(container)
   return reader ~= nil and fs.lstat(reader) ~= nil
end

--- Is there a logger that reads a container's output?
---@param container neap.Container
---@return boolean
---@return string? bundle  nil: it has no log
function logger.lives(container)
   local reader, own = reader_of(container)
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

--- Start the logger again that was killed, so that its container goes on.
---@param container neap.Container
---@param is_over? boolean  the task has ended
---@return boolean alive
function logger.revive(container, is_over)
   local reader, own = reader_of(container)
   if not reader or not fs.lstat(reader) then return false end
   if fs.is_read(reader) then return true end
   local made, streams = logger.settings(container), left_streams(container, own)
   if not made or not streams then return false end
   streams.is_over = is_over
   local ok, err = logger.start(container, made, streams)
   if not ok and err.errno ~= "EBUSY" then log.warn("%s", err) end
   return ok or err.errno == "EBUSY"
end

local PAUSE <const> = 0.01

--- Wait until the logger has ended.
local function await(own, seconds)
   local pid = logger.pid(own)
   local watch <close> = pid and core.watch({}, pid)
   if not watch then
      core.sleep(math.min(PAUSE, seconds)) -- it begins or ends at this moment
      return true
   end
   local _, late = watch:read { timeout = seconds }
   return late == nil
end

--- Wait until the log of a task that has ended is complete.
---@param container neap.Container
---@param seconds number  at most
---@return boolean complete
function logger.settle(container, seconds)
   local deadline = core.now() + seconds
   local reader, own = reader_of(container)
   if not reader then return true end
   while fs.lstat(reader) do
      local left = deadline - core.now()
      if left <= 0 then return false end
      local lives = fs.is_read(reader)
      if not lives and not logger.revive(container, true) then return not fs.lstat(reader) end
      if lives and not await(own, left) then return false end
   end
   return true
end

--- End what may still read the output of a container that is removed, and remove the
--- log that Neap made.
---@param container neap.Container
function logger.remove(container)
   local reader = reader_of(container)
   if not container.labels[labels.log] then return end
   if reader and fs.is_read(reader) and not logger.settle(container, defaults.drain) then
      fs.end_reader(reader)
   end
   place.remove(core.container_client(container), container.id)
end

return logger
