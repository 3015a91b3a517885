-- Tasks and execs of another client that end while they are being found: events
-- overtake answers, and whoever found one is told of its exit all the same.

local live = require "support.live"
local neap = require "neap"
local shell = require "support.shell"

local ROUNDS = 20
local exit_7 = { "/bin/sh", "-c", "exit 7" }

describe("while others start and end", function()
   local client, others, before

   setup(function()
      client, others = live.client(), live.client()
      assert(client:containers())
      assert(others:containers())
      before = live.leftovers()
   end)
   teardown(function()
      client:close()
      others:close()
   end)
   after_each(function()
      for _, container in ipairs(others:containers()) do container:delete { force = true } end
      assert.same(before, live.leftovers(before))
   end)

   --- Wait for what `find` finds, each time `topic` is heard while `act` runs: how
   --- often it did. What is gone by then is no fault; what never answers is.
   local function find_and_wait(topic, find, act)
      local waits = {}
      local listening = client:on(topic, function(event)
         local found, err = find(event)
         if not found then
            assert.is_truthy(err.code == "not_found" or err.code == "unavailable", tostring(err))
            return
         end
         waits[#waits + 1] = neap.spawn(function() return found:wait { timeout = 60 } end)
      end)
      act()
      listening:close()
      for _, wait in ipairs(waits) do
         local exit, err = wait:join()
         if not exit then error(err) end
         assert.same({ 7, nil }, { exit.code, exit.lost })
      end
      return #waits
   end

   --- Stop the shim of the task whose process is `pid`, until this is closed.
   local function hold(pid)
      local said = shell.run({ "ps", "-o", "ppid=", "-p", ("%d"):format(pid) }).stdout
      local shim = said:match("%d+")
      shell.run { "kill", "-STOP", shim }
      return setmetatable({}, { __close = function() shell.run { "kill", "-CONT", shim } end })
   end

   local function run_one()
      local result, err = others:run { rootfs = live.rootfs(), args = exit_7 }
      if not result then error(err) end
   end

   it("a task that is loaded is waited for", function()
      local found = find_and_wait("start", function(event)
         local container, err = client:load(event.id)
         if not container then return nil, err end
         return container:task()
      end, function()
         for _ = 1, ROUNDS do run_one() end
      end)
      assert.is_true(found > 0)
   end)

   it("a restoration that takes its time misses no exit", function()
      local COUNT = 8
      local function sleeper()
         local container, err = others:create { rootfs = live.rootfs(), args = { "sleep", "1000" } }
         if not container then error(err) end
         return container:start()
      end
      local tasks, exits = {}, 0
      local _listening <close> = client:on("exit", function() exits = exits + 1 end)
      for i = 1, COUNT do tasks[i] = sleeper() end
      local held = sleeper()

      -- A listing asks one shim after the other, in any order: of the tasks that it
      -- asked before it came to the one that is held here, it tells what was.
      local restoring
      do
         local _held <close> = hold(held.pid)
         restoring = neap.spawn(function() return client:restore() end)
         neap.sleep(0)
         for _, task in ipairs(tasks) do task:kill("KILL") end
         live.wait_until(function() return exits == COUNT end)
      end
      local found, err = restoring:join()
      if not found then error(err) end

      for _, task in ipairs(tasks) do
         local exit
         exit, err = client:load(task.id):task():wait { timeout = 60 }
         if not exit then error(err) end
         assert.same({ 137, nil }, { exit.code, exit.lost })
      end
   end)

   it("an exec that is found is waited for", function()
      local container = others:create { rootfs = live.rootfs(), args = { "sleep", "1000" } }
      local task = container:start()
      local seen = client:load(container.id):task()
      find_and_wait("exec-started", function(event)
         return seen:process(event.process)
      end, function()
         for _ = 1, ROUNDS do
            local process = task:exec { args = exit_7 }
            assert.equal(7, process:wait().code)
            process:delete()
         end
      end)
   end)
end)
