--- What the three standard streams of a process are connected to.
--
-- A user gives words, paths, functions, lists and sinks; the result names each
-- end in one form, so that what opens pipes needs to know nothing else.

local defaults = require "neap.defaults"
local duration = require "neap.duration"
local ends = require "neap.stdio.ends"
local escape = require "neap.escape"
local failure = require "neap.error"
local fields = require "neap.fields"
local values = require "neap.config.values"

local stdio = {}

---@class neap.stdio.End
---@field kind string  "null", "inherit", "pipe", "file", "function", "capture",
---   "merged" (stderr), "list" (outputs), "sink" (outputs), "source" (stdin), "stream",
---   "log" (outputs), "attach" (stdin)
---@field path? string       "file": absolute
---@field fn? function       "function"; "source": returns bytes, then nil
---@field sink? neap.Sink    "sink"
---@field limit? integer     "capture", in bytes
---@field stream? neap.Stream  "stream": another process's
---@field also? neap.stdio.End  "log": a consumer beside it
---@field consumers? neap.stdio.End[]  "list"
---@field hold? neap.sink.Policy  outputs
---@field counted? neap.sink.WithPolicy  where that comes from

---@class neap.Stdio
---@field stdin neap.stdio.End
---@field stdout neap.stdio.End
---@field stderr neap.stdio.End
---@field terminal boolean
---@field drain number  seconds after the exit

---@class neap.stdio.Options
---@field op? string
---@field cwd? string
---@field fs? neap.config.Fs
---@field terminal? boolean  of the container's config
---@field output? string     kind of an output that is not given; default "null"
---@field limit? integer     of a capture
---@field no_handle? boolean  nobody will have the process to read pipes by
---@field drain? number
---@field log? boolean       has the container a log?
---@field known? table<string, true>  further fields that are another's business

--- The fields that streams are given in.
stdio.fields = { stdin = true, stdout = true, stderr = true }

--- Do outputs that are not given go to the log? All go there, or none.
local function is_logged(io, options)
   if not options.log then return false end
   return io.stdout == nil and io.stderr == nil
      or ends.has_log(io.stdout) or ends.has_log(io.stderr)
end

local function check_log(made)
   local out, err = made.stdout.kind, made.stderr.kind
   if made.stdin.kind == "attach" and out ~= "log" then
      return nil, 'stdin: "attach" needs stdout to be "log": who attaches has both from the logger'
   end
   if out ~= "log" and err ~= "log" then return made end
   if out == "log" and (err == "log" or err == "null" or err == "merged") then return made end
   return nil, 'stdout, stderr: where one is "log", the other has no reader of its own'
end

local function default_output(options)
   local kind = options.output or "null"
   return { kind = kind, limit = kind == "capture" and
      (options.limit or defaults.capture_limit) or nil }
end

local function error_output(io, options, terminal)
   if terminal then
      if io.stderr == nil then return { kind = "null" } end
      return nil, ("stderr: %s: a terminal has one output, stdout (leave stderr out)"):format(
         escape.show(io.stderr)
      )
   end
   if io.stderr == nil then return default_output(options) end
   if io.stderr == "stdout" then return { kind = "merged" } end
   return ends.output("stderr", io.stderr, options)
end

--- Name the ends of the streams in a table whose other fields are not ours.
---@param io table
---@param options? neap.stdio.Options
---@return neap.Stdio? stdio
---@return string? why  names the stream
---@return string? errno
function stdio.ends(io, options)
   options = options or {}
   local terminal = options.terminal or false
   if is_logged(io, options) then
      options = setmetatable({ output = "log" }, { __index = options })
   end

   local stdin, why, errno = ends.input(io.stdin, options)
   if not stdin then return nil, why, errno end
   local stdout = default_output(options)
   if io.stdout ~= nil then
      stdout, why, errno = ends.output("stdout", io.stdout, options)
      if not stdout then return nil, why, errno end
   end
   local stderr
   stderr, why, errno = error_output(io, options, terminal)
   if not stderr then return nil, why, errno end

   return check_log {
      stdin = stdin, stdout = stdout, stderr = stderr,
      terminal = terminal, drain = options.drain or defaults.drain,
   }
end

--- Check the io table of start, attach and restore. Raises where it is not one.
---@param io? table
---@param options? neap.stdio.Options
---@return neap.Stdio? stdio
---@return neap.Error? err
function stdio.normalize(io, options)
   options = options or {}
   values.expect_table(io, 1, options.op and options.op:match("[^.]*$") or "start", true, 3)
   io = io or {}

   local known = { drain = true }
   for _, names in ipairs { stdio.fields, options.known or {} } do
      for name in pairs(names) do known[name] = true end
   end
   local ok, why = fields.check(io, known)
   local drain, made, errno
   if ok then
      drain, why = duration.parse(io.drain or options.drain or defaults.drain)
      if why then why = "drain: " .. why end
   end
   if not why then
      local inner = setmetatable({ drain = drain }, { __index = options })
      made, why, errno = stdio.ends(io, inner)
   end
   if made then return made end
   return nil, failure.new {
      code = "invalid_argument", op = options.op or "container.start",
      message = why, errno = errno,
   }
end

return stdio
