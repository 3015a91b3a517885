--- client:restore: every container with its task, and the streams of what runs.

local bundles = require "neap.bundles"
local core = require "neap.core"
local failure = require "neap.error"
local fields = require "neap.fields"
local fs = core.fs
local list = require "neap.list"
local orphans = require "neap.orphans"
local overlay = require "neap.overlay"
local records = require "neap.records"
local stdio = require "neap.stdio"
local successor = require "neap.logs.successor"
local volumes = require "neap.volume.wanted"

local RESTORE <const> = { filter = true, io = true }

--- `{ filter =, io = }`, or an io alone.
local function options_of(given)
   if given == nil then return {} end
   if type(given) ~= "table" then
      error(("bad argument #1 to 'restore' (table expected, got %s)"):format(type(given)), 3)
   end
   if given.filter == nil and given.io == nil then return { io = given } end
   local ok, why = fields.check(given, RESTORE)
   if ok then return given end
   return nil, failure.new { code = "invalid_argument", op = "client.restore", message = why }
end

--- A terminal has no stderr, whatever the others are given.
local function io_of(task, io)
   if not core.process_info(task).terminal then return io end
   return { stdin = io.stdin, stdout = io.stdout, drain = io.drain }
end

--- What has ended, has gone or has other readers is restored without streams.
local function is_fatal(err)
   return err.code ~= "failed_precondition" and err.code ~= "not_found"
end

local function adopt(client, container, task, io)
   records.keep_task(container, task)
   orphans.adopt(client, container)
   if not io then return true end
   local ok, err = task:attach(io_of(task, io))
   if ok or not is_fatal(err) then return true end
   return nil, err
end

---@param client neap.Client
---@param given? table  io of start; or { filter =, io = }
---@return neap.Container[]? containers
---@return neap.Error? err
return function(client, given)
   local options, unknown = options_of(given)
   if not options then return nil, unknown end
   if options.io ~= nil then
      local io, wrong = stdio.normalize(options.io, {
         op = "client.restore", cwd = fs.cwd(), fs = fs,
      })
      if not io then return nil, wrong end
   end
   local found, err = list(client, options.filter, true, "client.restore")
   if not found then return nil, err end
   successor.begin_all(found)
   for i, pair in ipairs(found) do
      local container, task = pair[1], pair[2]
      if task then
         local ok, unattached = adopt(client, container, task, options.io)
         if not ok then return nil, unattached end
      end
      found[i] = container
   end
   if options.filter == nil then
      bundles.sweep(client, found)
      volumes.sweep(client, found)
      overlay.sweep(client, found)
   end
   return found
end
