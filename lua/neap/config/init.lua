--- Check what a user gives to create, run and exec, before anything is sent.
--
-- The result is a new table in one form: paths absolute, env a list without
-- doubles, limits under `resources`, streams under `io`. Everything that can be
-- known to be wrong without asking containerd is refused here, by name.

local escape = require "neap.escape"
local failure = require "neap.error"
local fields = require "neap.fields"
local id = require "neap.id"
local known = require "neap.config.fields"
local resources = require "neap.resources"
local stdio = require "neap.stdio"
local strings = require "neap.config.strings"
local together = require "neap.config.together"
local values = require "neap.config.values"

local config = {}

---@class neap.config.Fs  what is needed to look at paths
---@field stat fun(path: string): {type: string, mode: integer, uid: integer}?, string?
---@field realpath fun(path: string): string?, string?  both: nil and "ENOENT" on failure

---@class neap.config.Context
---@field op? string        for errors; default "container.create" and so on
---@field cwd? string       the program's working directory
---@field fs? neap.config.Fs  without it no path is looked at
---@field platform? string  "linux" (default) or "windows"

local function union(...)
   local all = {}
   for i = 1, select("#", ...) do
      for name, check in pairs((select(i, ...))) do all[name] = check end
   end
   return all
end

local process = union(known.process, stdio.fields, { drain = known.bounds.drain })
local create = union(known.process, known.container, resources.fields)
local run = union(create, stdio.fields, known.bounds)

local function refuse(context, why, given, errno)
   return nil, failure.new {
      code = "invalid_argument",
      op = context.op,
      message = why,
      id = type(given.id) == "string" and given.id or nil,
      errno = errno,
   }
end

--- Run each given field's check. Fields without one of their own are the
--- resources' and the streams', which look at several together.
local function check_each(given, allowed, context)
   local checked = {}
   for _, name in ipairs(fields.names(given)) do
      local check = allowed[name]
      if type(check) == "function" then
         local value, why, errno = check(given[name], context)
         if value == nil then return nil, why, errno end
         checked[name] = value
      end
   end
   return checked
end

--- What must be there, and what excludes what.
local function check_container(checked)
   if type(checked.spec) == "table" then return require "neap.config.whole".check(checked) end

   if checked.image and checked.rootfs then
      return nil, "image, rootfs: both are given (exactly one is needed)"
   end
   if checked.rootfs_overlay and not checked.rootfs then
      return nil, "rootfs_overlay: there is no rootfs (an image has an overlay anyway)"
   end
   if not checked.image and not checked.rootfs then
      return nil, "image, rootfs: neither is given (exactly one is needed)"
   end
   if checked.rootfs and not checked.args and not checked.entrypoint and not checked.spec then
      return nil, "args: missing (a rootfs has no command of its own)"
   end
   return true
end

local function check(given, allowed, context)
   local ok, unknown = fields.check(given, allowed, known.other_words)
   if not ok then return nil, unknown end

   local checked, why, errno = check_each(given, allowed, context)
   if not checked then return nil, why, errno end

   if checked.console_size and not checked.terminal and type(checked.spec) ~= "table" then
      return nil, "console_size: there is no terminal (terminal = true)"
   end
   local fit, too_large = strings.fit(checked.args, checked.env)
   if not fit then return nil, too_large end
   checked.id = checked.id or id.new()
   return checked
end

local function check_create(given, allowed, context)
   local checked, why, errno = check(given, allowed, context)
   if not checked then return nil, why, errno end

   local limits, words = resources.parse(given)
   if not limits then return nil, words end
   if next(limits) then checked.resources, checked.resource_words = limits, words end

   local ok, wrong = check_container(checked)
   if ok and (checked.tmpfs or checked.shm_size) then
      ok, wrong = require "neap.config.mounts".check(checked)
   end
   if ok then ok, wrong = together.check(checked) end
   if not ok then return nil, wrong end
   return checked
end

local function with_op(context, op)
   local copied = union(context or {})
   copied.op = copied.op or op
   return copied
end

--- Streams belong to start and run; say so where create is given one.
local function find_stream(given)
   for name in pairs(stdio.fields) do
      if given[name] ~= nil then
         return ("%s: not a field of create (give it to start or to run: %s)"):format(
            name, escape.show(given[name])
         )
      end
   end
end

--- Check the config of client:create. Raises where it is not a table.
---@param given table
---@param context? neap.config.Context
---@return table? config
---@return neap.Error? err
function config.create(given, context)
   values.expect_table(given, 1, "create", false, 3)
   context = with_op(context, "container.create")

   local misplaced = find_stream(given)
   if misplaced then return refuse(context, misplaced, given) end
   local checked, why, errno = check_create(given, create, context)
   if not checked then return refuse(context, why, given, errno) end
   return checked
end

--- Check the config of client:run; `io` in the result is stdio's.
---@param given table
---@param context? neap.config.Context
---@return table? config
---@return neap.Error? err
function config.run(given, context)
   values.expect_table(given, 1, "run", false, 3)
   context = with_op(context, "client.run")

   local checked, why, errno = check_create(given, run, context)
   if not checked then return refuse(context, why, given, errno) end
   checked.io, why, errno = stdio.ends(given, {
      cwd = context.cwd, fs = context.fs, output = "capture", terminal = checked.terminal,
      log = checked.log ~= nil, limit = checked.limit, drain = checked.drain, no_handle = true,
   })
   if not checked.io then return refuse(context, why, given, errno) end
   return checked
end

--- Check the config of task:exec; `io` in the result is stdio's.
---@param given table
---@param context? neap.config.Context
---@return table? config
---@return neap.Error? err
function config.exec(given, context)
   values.expect_table(given, 1, "exec", false, 4)
   context = with_op(context, "task.exec")

   local checked, why, errno = check(given, process, context)
   if checked and not checked.args then why = "args: missing (the command to run)" end
   if why then return refuse(context, why, given, errno) end
   checked.io, why, errno = stdio.ends(given, {
      cwd = context.cwd, fs = context.fs, terminal = checked.terminal, drain = checked.drain,
   })
   if not checked.io then return refuse(context, why, given, errno) end
   return checked
end

return config
