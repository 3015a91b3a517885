--- One end of one stream: what a user gave, in one form.

local consumers_of = require "neap.stdio.consumers"
local escape = require "neap.escape"
local fields = require "neap.fields"
local path = require "neap.path"
local source = require "neap.source"
local stream = require "neap.stdio.stream"

local ends = {}

local WORDS <const> = { null = true, inherit = true, pipe = true }
local PLAIN <const> = '"null", "inherit", "pipe", a path with a "/", a function, '
local INPUT <const> = PLAIN .. "a source or a process's output"
local OUTPUT <const> = PLAIN .. "a list, a sink or a process's input"

--- With a log: outputs go to the logger, input comes from whoever attaches.
local LOG_WORDS <const> = { stdin = "attach", stdout = "log", stderr = "log" }

local function refuse(name, value)
   local hint = ""
   local allowed = name == "stdin" and INPUT or OUTPUT
   if type(value) == "string" and value ~= "" and not value:find("[%c/]") then
      hint = ('; for a file here: "./%s"'):format(escape.text(value))
   end
   if name == "stderr" then allowed = allowed .. ', or "stdout"' end
   return nil, ("%s: %s is not a stream (%s%s)"):format(name, escape.show(value), allowed, hint)
end

--- An input file must be there; an output's directory must.
local function file_end(name, text, options)
   if text:find("\0", 1, true) or text:sub(-1) == "/" then
      return nil, ("%s: %s is not the path of a file"):format(name, escape.show(text))
   end
   local whole = path.absolute(text, options.cwd)
   local looked_at = name == "stdin" and whole or path.parent(whole)
   if options.fs then
      local found, errno = options.fs.stat(looked_at)
      if not found then
         return nil, ("%s: %s %s"):format(name, escape.show(looked_at), path.reason(errno)), errno
      end
      local at = options.fs.stat(whole)
      if at and at.type == "directory" then
         return nil, ("%s: %s is a directory"):format(name, escape.show(whole)), "EISDIR"
      end
   end
   return { kind = "file", path = whole }
end

local function plain_end(name, value, options)
   if value == "pipe" and options.no_handle then
      return nil, ('%s: "pipe" has no handle to reach it by (give a function, or start it)')
         :format(name)
   end
   if WORDS[value] then return { kind = value } end
   if value == LOG_WORDS[name] then
      if options.log then return { kind = value } end
      return nil, ('%s: "%s" needs a log (create the container with log="json-file")')
         :format(name, value)
   end
   if type(value) == "string" and value:find("/", 1, true) then
      return file_end(name, value, options)
   end
   if type(value) == "function" then return { kind = "function", fn = value } end
   return nil
end

--- Read what standard input comes from.
---@param value any
---@param options neap.stdio.Options
---@return neap.stdio.End? made
---@return string? why
---@return string? errno
function ends.input(value, options)
   if value == nil then return { kind = "null" } end
   if source.is_source(value) then return { kind = "source", fn = value:open() } end
   if stream.is_stream(value) then return stream.as_end("stdin", value) end

   local made, why, errno = plain_end("stdin", value, options)
   if made or why then return made, why, errno end
   return refuse("stdin", value)
end

--- The consumers that one end is: "null" is none.
local function add_consumers(consumers, e)
   if e.kind == "null" then return end
   for _, one in ipairs(consumers_of.list(e)) do
      consumers[#consumers + 1] = one
   end
end

local function is_sink(value)
   return type(value) == "table" and require "neap.sink".is_sink(value)
end

--- Is the log among the consumers of an output?
---@param value any
---@return boolean
function ends.has_log(value)
   if type(value) ~= "table" or is_sink(value) then return value == "log" end
   for _, item in ipairs(value) do
      if item == "log" then return true end
   end
   return false
end

--- The log, and consumers beside it, which its logger feeds.
local function logged_end(name, list, options)
   local others = {}
   if not options.log then return plain_end(name, "log", options) end
   for _, item in ipairs(list) do
      if item ~= "log" then others[#others + 1] = item end
   end
   if #others == 0 then return { kind = "log" } end
   local also, why, errno = ends.output(name, others, options)
   if not also then return nil, why, errno end
   local can, unfit = consumers_of.can_be_fed(name, also)
   if not can then return nil, unfit end
   return { kind = "log", also = also.kind ~= "null" and also or nil }
end

--- Every consumer in a list gets every byte.
local function list_end(name, list, options)
   if #list == 0 or not fields.is_list(list) then
      return nil, ("%s: %s is not a list of consumers (at least one)"):format(
         name, escape.show(list)
      )
   end
   local consumers, pipes = {}, 0
   for i, item in ipairs(list) do
      local is_nested = type(item) == "table" and not is_sink(item)
      if is_nested then return refuse(("%s[%d]"):format(name, i), item) end

      local made, why, errno = ends.output(("%s[%d]"):format(name, i), item, options)
      if not made then return nil, why, errno end
      add_consumers(consumers, made)
   end
   for _, e in ipairs(consumers) do
      if e.kind == "pipe" then pipes = pipes + 1 end
   end
   if pipes > 1 then return nil, ("%s: only one \"pipe\" fits in a list"):format(name) end
   if #consumers == 0 then return { kind = "null" } end
   if #consumers == 1 then return consumers[1] end
   return { kind = "list", consumers = consumers }
end

--- What a sink with a policy wraps: each consumer of it has that policy.
local function policy_end(name, value, options)
   local made, why, errno = ends.output(name, value.consumer, options)
   if not made then return nil, why, errno end
   local how
   how, why, errno = require "neap.sink.policy".place(value.how, options.cwd, options.fs)
   if not how then return nil, ("%s: %s"):format(name, why), errno end

   value:begin()
   for _, e in ipairs(consumers_of.list(made)) do
      if e.hold then return nil, ("%s: a policy inside another"):format(name) end
      e.hold, e.counted = how, value
   end
   return made
end

--- Read where an output goes.
---@param name string  "stdout" or "stderr", for messages
---@param value any
---@param options neap.stdio.Options
---@return neap.stdio.End? made
---@return string? why
---@return string? errno
function ends.output(name, value, options)
   if is_sink(value) and value.how then return policy_end(name, value, options) end
   if is_sink(value) then
      local given, is_plain = require "neap.sink".file_path(value)
      if not given then return { kind = "sink", sink = value } end
      local file, why, errno = file_end(name, given, options)
      if not file or is_plain then return file, why, errno end
      return { kind = "sink", sink = value, path = file.path }
   end
   if stream.is_stream(value) then return stream.as_end(name, value) end
   local made, why, errno = plain_end(name, value, options)
   if made or why then return made, why, errno end
   if ends.has_log(value) then return logged_end(name, value, options) end
   if type(value) == "table" then return list_end(name, value, options) end
   return refuse(name, value)
end

return ends
