--- Running things side by side. What these functions start never outlives
--- them, whatever the way out.

local core = require "neap.core"

local fiber = {
   now = core.now,
   sleep = core.sleep,
   spawn = core.spawn,
   wrap = core.wrap,
   scope = require "neap.scope",
}

--- Cancel fibers and wait until each has ended. Under a shield: who waits may
--- be cancelled too, and each of these ends within its own grace.
local function end_all(fibers)
   core.shield(function()
      for _, f in pairs(fibers) do f:cancel() end
      for _, f in pairs(fibers) do core.settled(f) end
   end)
end

local function check_type(fn, position, value, wanted, level)
   if type(value) ~= wanted then
      error(("bad argument #%d to '%s' (%s expected, got %s)"):format(
         position, fn, wanted, type(value)), level or 3)
   end
end

--- What all and race are given: functions by key.
local function check_functions(name, functions)
   check_type(name, 1, functions, "table", 4)
   for key, fn in pairs(functions) do
      if type(fn) ~= "function" then
         error(("bad argument #1 to '%s' ([%s]: function expected, got %s)"):format(
            name, tostring(key), type(fn)), 3)
      end
   end
end

local group_mt = { __close = end_all }

--- Fibers by key. Those still in it when it closes are cancelled and ended.
local function group()
   return setmetatable({}, group_mt)
end

local function start_all(fibers, functions)
   for key, fn in pairs(functions) do fibers[key] = core.spawn(fn) end
end

--- Wait for the first to end, and take it out: its key and its results.
local function take_first(fibers)
   local key = core.first(fibers)
   local ended = fibers[key]
   fibers[key] = nil
   return key, ended:join()
end

local function has_failed(value, err)
   return value == nil and err ~= nil
end

--- Run functions side by side.
---@generic K
---@param functions table<K, async fun(): any, neap.Error?>
---@return table<K, any>? results  the first result of each, by the same keys
---@return neap.Error? err         of the first to fail; the rest were cancelled
function fiber.all(functions)
   check_functions("all", functions)
   local fibers <close> = group()
   local results = {}
   start_all(fibers, functions)
   while next(fibers) ~= nil do
      local key, value, err = take_first(fibers)
      if has_failed(value, err) then return nil, err end
      results[key] = value
   end
   return results
end

--- Run functions side by side until one succeeds; the rest are cancelled.
---@param functions table<any, async fun(): any, neap.Error?>
---@return any result  of the first to succeed
---@return any key     its key; or, after nil, the error of the last to fail
function fiber.race(functions)
   check_functions("race", functions)
   local fibers <close> = group()
   local last = core.error { code = "invalid_argument", op = "race", message = "no functions" }
   start_all(fibers, functions)
   while next(fibers) ~= nil do
      local key, value, err = take_first(fibers)
      if not has_failed(value, err) then return value, key end
      last = err
   end
   return nil, last
end

--- A function, or what is called like one: events, the messages of a stream.
local function is_iterator(value)
   local metatable = getmetatable(value)
   return type(value) == "function" or type(metatable) == "table" and metatable.__call ~= nil
end

--- An iterator over a list; one that was given as it is.
local function each(list)
   if is_iterator(list) then return list end
   local i = 0
   return function()
      i = i + 1
      return list[i]
   end
end

--- Call `fn(item, i)` for each item, at most `limit` at a time.
---@generic T, R
---@param list T[] | async fun(): T?
---@param limit integer
---@param fn async fun(item: T, i: integer): R?, neap.Error?
---@return table<integer, R> results
---@return table<integer, neap.Error>? errors  nil when there are none
function fiber.map(list, limit, fn)
   if type(list) ~= "table" and not is_iterator(list) then
      error(("bad argument #1 to 'map' (a list or an iterator expected, got %s)"):format(
         type(list)), 2)
   end
   check_type("map", 3, fn, "function")
   if math.type(limit) ~= "integer" or limit < 1 then
      error("bad argument #2 to 'map' (a whole number, 1 or more, expected)", 2)
   end
   local fibers <close> = group()
   local running, count, results, errors = 0, 0, {}, nil

   local function take()
      local i, value, err = take_first(fibers)
      running = running - 1
      results[i] = value
      if has_failed(value, err) then
         errors = errors or {}
         errors[i] = err
      end
   end

   for item in each(list) do
      count, running = count + 1, running + 1
      fibers[count] = core.spawn(fn, item, count)
      if running == limit then take() end
   end
   while running > 0 do take() end
   return results, errors
end

--- Call `fn(...)`, but not for longer than `seconds`.
---@param seconds number
---@param fn async fun(...): ...
---@return any ...  fn's results; or nil, deadline_exceeded, once it has ended
function fiber.timeout(seconds, fn, ...)
   check_type("timeout", 1, seconds, "number")
   check_type("timeout", 2, fn, "function")
   local fibers <close> = group()
   fibers[1] = core.spawn(fn, ...)
   if core.first(fibers, { timeout = seconds }) then return fibers[1]:join() end
   end_all(fibers)
   return nil,
      core.error {
         code = "deadline_exceeded",
         op = "timeout",
         message = ("not done within %g s"):format(seconds),
      }
end

--- For hosts: run until no fiber is left, then raise the first failure nobody
--- joined.
function fiber.loop()
   core.run()
   local count, err = core.failures(true)
   if count == 0 then return end
   if err == nil then err = core.error { op = "fiber.run", message = count .. " fibers failed" } end
   error(err, 0)
end

return fiber
