--- container:logs: what a container has written, and what it writes.

local core = require "neap.core"
local failure = require "neap.error"
local fields = require "neap.fields"
local instant = require "neap.instant"
local log = require "neap.log"
local logger = require "neap.logs.logger"
local path = require "neap.path"
local place = require "neap.logs.place"
local reader = require "neap.logs.reader"
local successor = require "neap.logs.successor"

local fs = core.fs

---@class neap.LogOptions
---@field follow? boolean   go on until the task has ended
---@field tail? integer     only the last entries
---@field since? number|string  an instant, or how long ago: "10m"
---@field until? number|string
---@field stream? string    "stdout" or "stderr"

local OPTIONS <const> = {
   follow = "boolean", tail = true, since = true, ["until"] = true, stream = true,
}

--- How often, in seconds, a log is looked at that cannot be watched.
local LOOK_EVERY <const> = 0.1

local function refuse(container, code, message)
   return nil, failure.new { code = code, op = "container.logs", id = container.id,
      message = message }
end

local function check_tail(value)
   local count = type(value) == "number" and math.tointeger(value)
   if value == nil or count and count >= 0 then return count or nil end
   return nil, ("tail: %s is not a number of lines (0 or more)"):format(tostring(value))
end

--- What is asked for, in the reader's words.
local function check(given, made)
   local asked = { driver = made.driver, follow = given.follow }
   local tail, why = check_tail(given.tail)
   asked.tail = tail
   for name, field in pairs { since = "since", ["until"] = "until_" } do
      if not why and given[name] ~= nil then
         asked[field], why = instant.parse(given[name], core.time())
         if why then why = name .. ": " .. why end
      end
   end
   asked.stream = given.stream
   if not why and given.stream and given.stream ~= "stdout" and given.stream ~= "stderr" then
      why = ('stream: %s is neither "stdout" nor "stderr"'):format(tostring(given.stream))
   end
   local is_filtered = asked.since or asked.until_ or asked.stream
   if not why and is_filtered and made.driver == "raw" then
      why = "since, until, stream: a raw log tells neither times nor streams"
   end
   return not why and asked or nil, why
end

--- Wait for a change of the log, or of who writes it.
local function watcher(container, file)
   local watch, is_told
   local function begin()
      local _, own = logger.lives(container)
      local directories = {}
      for _, directory in pairs { path.parent(file), own } do
         if fs.stat(directory) then directories[#directories + 1] = directory end
      end
      local why
      watch, why = core.watch(directories, own and logger.pid(own))
      if watch then return end
      local has_ended = why.errno == "ESRCH" or why.errno == "ENOENT"
      if not is_told and not has_ended then
         log.warn("log %s cannot be watched, so it is looked at: %s", file, why.message)
         is_told = true
      end
      core.sleep(LOOK_EVERY)
   end
   local function wait()
      if not watch then return begin() end -- something may have changed before
      if watch:read() == nil then -- the logger has ended
         watch:close()
         watch = nil
      end
   end
   return wait, function() if watch then watch:close() end end
end

--- Has the logger ended? One that was killed is started again.
local function is_over(container)
   if logger.lives(container) then return false end
   local task = core.container_task(container)
   local ended = container.gone or task and core.process_info(task).status == "stopped"
   return not successor.begin(container, ended or false)
end

local Logs = {}
Logs.__index = Logs
Logs.__name = "neap.logs"

--- The next entry; waits for it where the log is followed.
---@return neap.LogEntry? entry  nil at the end
---@return neap.Error? err  what comes then cannot be read
function Logs:read()
   if self.closed then error("read: the log is closed", 2) end
   local entry, err = self.reader.next()
   if err then err.id = self.id end
   return entry, err
end

function Logs:close()
   if not self.closed then
      self.closed = true
      self.reader.close()
      self.unwatch()
   end
   return true
end

Logs.__call = function(self) return self:read() end
Logs.__close = Logs.close
Logs.__gc = Logs.close

--- Read a container's log: an iterator over its entries.
---@param container neap.Container
---@param options? neap.LogOptions
---@return neap.Logs? logs
---@return neap.Error? err  `not_found`: the container was deleted; `failed_precondition`:
---   it has no log; `resource_exhausted`, `permission_denied`: it cannot be opened
return function(container, options)
   local given, unknown = fields.options("logs", 1, options, OPTIONS)
   if not given then return refuse(container, "invalid_argument", unknown) end
   if container.gone then
      return refuse(container, "not_found", ("container %q was deleted"):format(container.id))
   end
   local made = logger.settings(container)
   local file = made and place.file(container, made)
   if not file then
      return refuse(container, "failed_precondition",
         ('container %q keeps no log (create it with log="json-file")'):format(container.id))
   end
   local asked, wrong = check(given, made)
   if not asked then return refuse(container, "invalid_argument", wrong) end
   is_over(container) -- a logger that was killed goes on

   local wait, unwatch = watcher(container, file)
   asked.path, asked.wait = file, wait
   asked.is_over = function() return is_over(container) end
   if given.follow then wait() end -- before the first look: nothing is missed
   local opened, err = reader.open(asked)
   if not opened then
      unwatch()
      err.id = container.id
      return nil, err
   end
   return setmetatable({ reader = opened, unwatch = unwatch, id = container.id }, Logs)
end
