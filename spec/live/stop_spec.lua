-- Ending processes: by signals, in time, by the kernel.

local live = require "support.live"

describe("a process ends", function()
   local client

   before_each(function() client = live.client() end)
   after_each(function() live.disconnect(client) end)

   local TRAPS <const> = "trap 'exit 42' TERM; trap 'exit 43' USR1; echo ready; \z
      while :; do sleep 0.02; done"

   local function started(command, changes)
      local container, err = client:create(live.config({ "sh", "-c", command }, changes))
      if not container then error(err) end
      local task = container:start { stdout = "pipe" }
      assert.equal("ready", task:read "l")
      return task, container
   end

   it("by its stop signal within the time, else by KILL", function()
      local rows = {
         { 42, TRAPS, {} },
         { 42, TRAPS, { timeout = 20 } },
         { 42, TRAPS, { timeout = math.huge } },
         { 43, TRAPS, { signal = "USR1" } },
         { 43, TRAPS, {}, { stop_signal = "SIGUSR1" } },
         { 137, "trap '' TERM; echo ready; while :; do sleep 1; done", { timeout = 0 } },
         { 137, "trap '' TERM; echo ready; while :; do sleep 1; done", { timeout = 0.1 } },
      }
      for i, row in ipairs(rows) do
         local task = started(row[2], row[4])
         local exit, err = task:stop(row[3])
         if not exit then error(err) end
         assert.equal(row[1], exit.code, i)
         assert.equal(row[1], task:stop().code) -- which has ended already
      end
   end)

   it("within the time that its record says, whoever stops it", function()
      local defaults = require "neap.defaults"
      local default = defaults.stop_timeout
      finally(function() defaults.stop_timeout = default end)
      defaults.stop_timeout = math.huge -- which no test would outlive
      local deaf = "trap '' TERM; echo ready; while :; do sleep 1; done"
      local task, container = started(deaf, { stop_timeout = 0.1 })
      assert.equal("0.1", ("%g"):format(tonumber(container.labels["neap.stop_timeout"])))
      assert.equal(137, task:stop().code)
      container:delete { force = true }

      started(deaf, { stop_timeout = 0 })
      client:close()
      client = live.client()
      assert.equal(137, client:restore()[1]:stop().code)

      defaults.stop_timeout = 0
      task = started(TRAPS, { stop_timeout = math.huge })
      assert.equal(42, task:stop().code)
   end)

   it("by signals by name or number, and not by those it ignores", function()
      local task = started(TRAPS)
      assert.is_true(task:kill "WINCH")
      assert.is_true(task:kill(28))
      assert.equal("running", task:status())
      assert.is_true(task:kill "SIGUSR1")
      assert.equal(43, task:wait().code)
   end)

   it("with all the others of its container", function()
      local task = started "sleep 1000 & sleep 1000 & echo ready; wait"
      assert.equal(3, #task:pids())
      assert.is_true(task:kill("KILL", { all = true }))
      assert.equal(137, task:wait { timeout = 10 }.code)
   end)

   it("while paused only once it goes on, unless by KILL", function()
      local task = started(TRAPS)
      task:pause()
      task:kill "TERM"
      assert.equal("deadline_exceeded", select(2, task:wait { timeout = 0.05 }).code)
      task:resume()
      assert.equal(42, task:wait { timeout = 10 }.code)

      local frozen = started(TRAPS)
      assert.is_true(frozen:pause())
      assert.is_true(frozen:kill "KILL")
      assert.equal(137, frozen:wait { timeout = 10 }.code)
      frozen = started(TRAPS)
      assert.is_true(frozen:pause())
      assert.equal(137, frozen:stop { timeout = 0.05 }.code)
   end)

   it("of memory, which is told before its exit", function()
      local topics = {}
      local _listening <close> = client:on("/tasks/*", function(event)
         topics[#topics + 1] = event.topic
      end)
      local task = started("echo ready; x=a; while :; do x=$x$x; done", {
         memory = "16m", memory_swap = "16m" })
      local exit = task:wait { timeout = 30 }
      assert.same({ 137, 9 }, { exit.code, exit.signal })
      live.wait_until(function() return topics[4] end)
      local text = table.concat(topics, " ")
      assert.matches("/tasks/oom", text, 1, true)
      assert.matches("/tasks/create /tasks/start", text, 1, true)
   end)
end)
