local core = require "neap.core"
local support = require "support.fibers"

local waiting, assert_failed = support.waiting, support.assert_failed

after_each(support.reset)

describe("a condition", function()
   it("wakes all who wait, in order, and nobody later", function()
      local condition, order = core.condition(), {}
      for i = 1, 3 do
         waiting(function()
            condition:wait()
            order[#order + 1] = i
         end)
      end
      assert.equal(3, condition:notify())
      assert.equal(0, condition:notify())
      core.run()
      assert.same({ 1, 2, 3 }, order)
   end)

   it("is bounded by a timeout, and forgets who left", function()
      local condition = core.condition()
      assert_failed("deadline_exceeded", condition:wait { timeout = 0 })
      local fiber = waiting(function() condition:wait() end)
      fiber:cancel()
      fiber:join()
      assert.equal(0, condition:notify())
   end)
end)
