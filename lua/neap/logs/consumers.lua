--- What a logged container's output is given to, as it comes from its logger.

local consumer_of = require "neap.stdio.consumer"
local consumers_in = require "neap.stdio.consumers"
local core = require "neap.core"
local failure = require "neap.error"
local queue = require "neap.logs.queue"

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

--- One that blocks without a buffer needs no queue: it is waited for anyway.
local function with_policy(e, name, place)
   local consumer, how = one_of(e, name), e.hold
   if not how or not how.buffer then return consumer end
   local queued = queue(consumer, how, place)
   if e.counted then e.counted:watch(queued) end
   return queued
end

local function fill(list, e, name, place)
   for i, one in ipairs(consumers_in.list(e)) do
      list[i] = with_policy(one, name, place)
   end
end

local function let_go(opened)
   for _, list in pairs(opened) do
      while list[1] do
         local one = table.remove(list)
         if one.abandon then pcall(one.abandon) end
      end
   end
end

local opened_mt = { __close = let_go }

--- Those of each stream, in lists; to be closed.
---@param ends table<string, neap.stdio.End>  "stdout", "stderr"
---@param place { fail: fun(err: any), lose: fun(errno: string) }
---@return table<string, neap.stdio.Consumer[]>
function consumers.open(ends, place)
   local opened = setmetatable({}, opened_mt)
   local is_one = ends.stdout ~= nil and ends.stdout == ends.stderr
   for name, e in pairs(is_one and { stdout = ends.stdout } or ends) do
      opened[name] = {}
      local ok, err = pcall(fill, opened[name], e, name, place)
      if not ok then
         let_go(opened)
         error(err, 0)
      end
   end
   if is_one then opened.stderr = opened.stdout end
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

--- Tell all that nothing more comes, and wait until they have taken what they were
--- given: those last that may let it go.
---@param opened table<string, neap.stdio.Consumer[]>
---@param fail fun(err: any)
---@param through fun()  called when no other is waited for
function consumers.finish(opened, fail, through)
   local queues = { [false] = {}, [true] = {} }
   for _, list in pairs(opened) do
      consumers.tell(list, "finish", nil, fail)
      while list[1] do -- both streams may have the same
         local one = table.remove(list, 1)
         if one.settle then table.insert(queues[one.is_lossy], one) end
      end
   end
   for _, one in ipairs(queues[false]) do one.settle() end
   through()
   for _, one in ipairs(queues[true]) do one.settle() end
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
