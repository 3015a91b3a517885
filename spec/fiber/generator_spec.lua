local core = require "neap.core"
local support = require "support.fibers"

local LONG <const> = support.LONG
local closing, run, waiting = support.closing, support.run, support.waiting

after_each(support.reset)

describe("neap.wrap", function()
   it("passes values both ways, as coroutine.wrap does", function()
      local generate = core.wrap(function(...)
         local got = { ... }
         while true do got = { coroutine.yield(table.unpack(got)) } end
      end)
      assert.same({ 1, 2 }, { generate(1, 2) })
      assert.same({}, { generate() })
      assert.same({ 3 }, { generate(3) })
   end)

   it("raises what the function raises, and is dead then", function()
      local raised = {}
      local generate = core.wrap(function() error(raised) end)
      assert.equal(raised, select(2, pcall(generate)))
      assert.matches("dead", select(2, pcall(generate)))
   end)

   it("is dead when the function has returned", function()
      local generate = core.wrap(function() return 1 end)
      assert.equal(1, generate())
      assert.matches("dead", select(2, pcall(generate)))
   end)

   it("cannot be called by another fiber while it waits", function()
      local generate = core.wrap(function() core.sleep(LONG) end)
      local fiber = waiting(generate)
      assert.matches("non%-suspended", select(2, pcall(generate)))
      fiber:cancel()
      fiber:join()
   end)

   it("closes what an error leaves open where that may wait", function()
      local waited
      local _, err = run(core.wrap(function()
         local _c <close> = closing(function() waited = core.sleep(0) end)
         error "boom"
      end))
      assert.matches("boom", err.message)
      assert.is_true(waited)
   end)

   it("can be left alone half way", function()
      local generate = core.wrap(function() coroutine.yield(1) end)
      run(generate)
      generate = nil
      collectgarbage()
      assert.is_nil(generate)
   end)
end)
