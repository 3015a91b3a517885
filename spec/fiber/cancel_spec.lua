local core = require "neap.core"
local support = require "support.fibers"

local LONG <const> = support.LONG
local closing, waiting, assert_failed = support.closing, support.waiting, support.assert_failed

after_each(support.reset)

describe("cancel", function()
   it("raises cancelled in the present wait", function()
      local seen
      local fiber = waiting(function()
         seen = table.pack(pcall(core.sleep, LONG))
         error(seen[2])
      end)
      assert.is_true(fiber:cancel())
      assert_failed("cancelled", fiber:join())
      assert.is_false(seen[1])
      assert.equal("cancelled", seen[2].code)
   end)

   it("raises in each later wait, before anything is sent", function()
      local count = 0
      local fiber = waiting(function()
         for _ = 1, 5 do
            if not pcall(core.sleep, LONG) then count = count + 1 end
         end
         return "unharmed"
      end)
      fiber:cancel()
      assert_failed("cancelled", fiber:join())
      assert.equal(5, count)
   end)

   it("takes effect before the first run", function()
      local ran = false
      local fiber = core.spawn(function() ran = true end)
      assert.is_true(fiber:cancel())
      assert_failed("cancelled", fiber:join())
      assert.is_false(ran)
   end)

   it("does nothing the second time, nor after the end", function()
      local fiber = waiting()
      assert.is_true(fiber:cancel())
      assert.is_true(fiber:cancel())
      assert_failed("cancelled", fiber:join())
      local ended = core.spawn(function() return 1 end)
      ended:join()
      assert.is_true(ended:cancel())
      assert.equal(1, ended:join())
   end)

   it("ends a fiber that cancels itself, at its next wait", function()
      local after, fiber = false, nil
      fiber = core.spawn(function()
         fiber:cancel()
         after = true
         core.sleep(0)
         after = "too far"
      end)
      assert_failed("cancelled", fiber:join())
      assert.is_true(after)
   end)

   it("reaches one that waits in join, and leaves the other alone", function()
      local other = waiting()
      local joiner = waiting(function() return other:join() end)
      joiner:cancel()
      assert_failed("cancelled", joiner:join())
      assert.equal("neap.fiber (live)", tostring(other))
   end)

   it("ends loops that never let go", function()
      local loops = {
         function() while true do core.sleep(1) end end,
         function() while true do pcall(core.sleep, 1) end end,
         function() while true do coroutine.yield() end end,
         function()
            while true do pcall(function() while true do pcall(core.sleep, 1) end end) end
         end,
         function()
            while true do pcall(function() while true do coroutine.yield() end end) end
         end,
         function()
            while true do pcall(core.wrap(core.sleep), 1) end
         end,
      }
      for _, loop in ipairs(loops) do
         local fiber = waiting(loop)
         fiber:cancel()
         assert_failed("cancelled", fiber:join())
      end
   end)

   it("passes through generators", function()
      local closed = 0
      local fiber = waiting(function()
         local _c <close> = closing(function() core.sleep(0) closed = closed + 1 end)
         core.wrap(function()
            local _d <close> = closing(function() core.sleep(0) closed = closed + 1 end)
            core.sleep(LONG)
         end)()
      end)
      fiber:cancel()
      assert_failed("cancelled", fiber:join())
      assert.equal(2, closed)
   end)

   it("leaves what a handler raises to be seen", function()
      local fiber = waiting(function()
         local _c <close> = closing(function() error "in the handler" end)
         core.sleep(LONG)
      end)
      fiber:cancel()
      local value, err = fiber:join()
      assert_failed("unknown", value, err)
      assert.matches("in the handler", err.message)
   end)

   it("reaches all but daemons by cancel_all", function()
      local fiber = waiting()
      local daemon = core.daemon(core.sleep, LONG)
      core.cancel_all()
      assert_failed("cancelled", fiber:join())
      assert_failed("deadline_exceeded", daemon:join { timeout = 0 })
      daemon:cancel()
      assert_failed("cancelled", daemon:join())
   end)
end)
