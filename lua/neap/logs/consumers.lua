--- What a logged container's output is given to, as it comes from its logger.

local consumer_of = require "neap.stdio.consumer"
local consumers_in = require "neap.stdio.consumers"
local core = require "neap.core"
local failure = require "neap.error"

local consumers = {}

--- Is that what a consumer raises whose reader has gone?
---@param err any
---@return boolean
function consumers.is_unread(err)
   return type(err) == "table" and err.errno == "EPIPE"
end

local function check(ok, err)
   if not ok then error(err, 0) end
end

local function check_written(ok, err, number)
   if not ok and (failure.errno(number) == "EPIPE" or consumers.is_unread(err)) then
      err = failure.new { code = "failed_precondition", op = "process.attach", errno = "EPIPE",
         message = "nobody reads the output: Broken pipe" }
   end
   check(ok, err)
end

--- A reader that stalls holds up this fiber, and nobody else. What a script wrote to the
--- file before comes first.
local function of_file(file, is_ours)
   local output, err = core.descriptor(core.fs.fd(file), "w")
   check(output, err)
   local function close()
      output:close()
      if is_ours then file:close() end
   end
   return {
      write = function(bytes)
         check_written(file:flush())
         check_written(output:write(bytes))
      end,
      finish = close, abandon = close,
   }
end

local function of_stream(stream)
   local function close() stream:close() end
   return {
      write = function(bytes) check(stream:write(bytes)) end,
      finish = close, abandon = close,
   }
end

local function open(path)
   check(core.path.touch(path, 384)) -- 0600
   local file, why = io.open(path, "ab")
   check(file, why)
   return of_file(file, true)
end

local function one_of(e, name)
   if e.kind == "inherit" then return of_file(name == "stderr" and io.stderr or io.stdout) end
   if e.kind == "file" then return open(e.path) end
   if e.kind == "stream" then return of_stream(e.stream) end
   return consumer_of(e)
end

--- Those of each stream, in lists.
---@param ends table<string, neap.stdio.End>  "stdout", "stderr"
---@return table<string, neap.stdio.Consumer[]>
function consumers.open(ends)
   local opened = {}
   for name, e in pairs(ends) do
      local list = {}
      for i, one in ipairs(consumers_in.list(e)) do
         list[i] = one_of(one, name)
      end
      opened[name] = list
   end
   return opened
end

--- Call a method of each. One that raises gets no more; the others go on.
---@param list neap.stdio.Consumer[]
---@param method "write"|"finish"
---@param bytes? string
---@param fail fun(err: any)
function consumers.tell(list, method, bytes, fail)
   local i = 1
   while list[i] do
      local ok, err = pcall(list[i][method], bytes)
      if not ok and core.cancelled() then error(err, 0) end
      if ok then
         i = i + 1
      else
         local failed = table.remove(list, i)
         if failed.abandon then pcall(failed.abandon) end
         fail(err)
      end
   end
end

--- Is one of them left?
---@param opened table<string, neap.stdio.Consumer[]>
---@return boolean
function consumers.has_any(opened)
   for _, list in pairs(opened) do
      if list[1] then return true end
   end
   return false
end

return consumers
