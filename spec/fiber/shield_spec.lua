local core = require "neap.core"
local support = require "support.fibers"

local LONG <const> = support.LONG
local run, waiting, assert_failed = support.run, support.waiting, support.assert_failed

after_each(support.reset)

describe("a shield", function()
   it("lets waits be finished, and the next one raise", function()
      local inside, after
      local fiber = waiting(function()
         core.shield(function()
            core.sleep(0.002)
            inside = core.cancelled()
            core.shield(core.sleep, 0)
            core.sleep(0)
         end)
         after = pcall(core.sleep, 0)
      end)
      fiber:cancel()
      assert_failed("cancelled", fiber:join())
      assert.is_true(inside)
      assert.is_false(after)
   end)

   it("passes arguments, results and errors", function()
      assert.same({ 1, 2 }, { run(core.shield, function(...) return ... end, 1, 2) })
      local raised = {}
      assert.equal(raised, select(2, run(core.shield, error, raised)))
      assert.same({ 1, 2 }, { core.shield(function(...) return ... end, 1, 2) })
   end)

   it("ends with an error, too", function()
      local fiber = waiting(function()
         pcall(core.shield, function() error "boom" end)
         core.sleep(LONG)
      end)
      fiber:cancel()
      assert_failed("cancelled", fiber:join())
   end)
end)
