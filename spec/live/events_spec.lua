-- Events of real containers, as handlers and iterators hear of them.

local core = require "neap.core"
local live = require "support.live"

describe("events", function()
   local client

   before_each(function() client = live.client() end)
   after_each(function()
      live.disconnect(client)
      core.on_unjoined(nil)
      core.failures(true)
   end)

   local function started(id)
      local container, err = client:create {
         id = id, rootfs = live.rootfs(), args = { "sleep", "1000" },
      }
      if not container then error(err) end
      return assert(container:start()), container
   end

   it("reach a handler in order, one at a time, when the handles know", function()
      local task, container = started "ordered"
      local heard, busy = {}, false
      local _listening <close> = client:on("*", function(event)
         assert(not busy)
         busy = true
         require("neap").sleep(0.001)
         busy = false
         local word = event.topic:match "[^/]*$"
         if word == "start" then return end -- of before, where it comes behind the reply
         heard[#heard + 1] = word
         if event.topic == "/tasks/exit" then
            assert(event.container == container and container.status == "stopped")
            assert(event.code == 137 and task:wait { timeout = 0 }.code == 137)
         end
      end)
      assert(task:pause() and task:resume() and task:kill "KILL")
      live.wait_until(function() return heard[3] end)
      assert.same({ "paused", "resumed", "exit" }, heard)
   end)

   it("go on after a handler raised, which is a failure that nobody joined", function()
      local told, calls = {}, 0
      core.on_unjoined(function(err) told[#told + 1] = err end)
      local task = started "raising"
      local _listening <close> = client:on("*", function(event)
         if event.topic == "/tasks/start" then return end -- of before
         calls = calls + 1
         if event.topic == "/tasks/paused" then error "boom" end
      end)
      assert(task:pause() and task:resume())
      live.wait_until(function() return calls == 2 end)
      assert.equal(1, #told)
      assert.matches("boom", told[1].message)
      assert.equal(1, (core.failures()))
   end)

   it("come to an iterator until it is left, the oldest dropped and counted", function()
      local task = started "iterated"
      local events = client:events { id = "iterated", buffer = 2 }
      for _ = 1, 3 do assert(task:pause() and task:resume()) end
      local last = client:events { topic = "exec-added" }
      assert(task:exec { id = "last", args = { "true" } }):wait()
      assert.equal("last", last().process) -- so all before has been heard

      local event = events()
      assert.is_true(event.dropped >= 4)
      for more in events, nil, nil, events do
         if more.process == "last" and more.topic == "/tasks/exit" then break end
      end
      local nothing, err = last:read { timout = 0.001 }
      assert.same({ nil, "invalid_argument" }, { nothing, err.code })
      nothing, err = last:read { timeout = 0.001 }
      assert.same({ nil, "deadline_exceeded" }, { nothing, err.code })
      assert.same({ true, true }, { last:close(), last:close() })
      assert.has_error(function() last() end)
      assert.has_error(function() events() end) -- the loop closed it
   end)
end)
