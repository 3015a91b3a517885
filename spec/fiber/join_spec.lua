local core = require "neap.core"
local support = require "support.fibers"

local run, waiting, assert_failed = support.run, support.waiting, support.assert_failed

after_each(support.reset)

describe("join", function()
   it("answers true where nothing was returned", function()
      assert.is_true(run(function() end))
   end)

   it("answers any number of joiners, at any time", function()
      local fiber = core.spawn(function()
         core.sleep(0)
         return 1, 2
      end)
      local joiners = {}
      for i = 1, 3 do joiners[i] = core.spawn(fiber.join, fiber) end
      for i = 1, 3 do assert.same({ 1, 2 }, { joiners[i]:join() }) end
      assert.same({ 1, 2 }, { fiber:join() })
   end)

   it("answers many results", function()
      local fiber = core.spawn(function() return table.unpack({}, 1, 5000) end)
      assert.equal(5000, select("#", fiber:join()))
   end)

   it("answers what was raised", function()
      local raised = { mine = true }
      local value, err = run(error, raised)
      assert.is_nil(value)
      assert.equal(raised, err)
   end)

   it("makes an error of a string, with its traceback", function()
      local value, err = run(function()
         local function deep() error "boom" end
         deep()
      end)
      assert_failed("unknown", value, err)
      assert.matches("join_spec.lua:%d+: boom\nstack traceback:.*deep", err.message)
   end)

   it("makes an error of nil", function()
      assert_failed("unknown", run(error, nil))
   end)

   it("keeps the traceback through a generator", function()
      local _, err = run(function()
         core.wrap(function()
            local function deep() error "boom" end
            deep()
         end)()
      end)
      assert.matches("boom\nstack traceback:.*deep", err.message)
   end)

   it("is bounded by a timeout", function()
      local fiber = waiting()
      assert_failed("deadline_exceeded", fiber:join { timeout = 0 })
      assert_failed("deadline_exceeded", run(fiber.join, fiber, { timeout = 0.001 }))
      assert.equal("neap.fiber (live)", tostring(fiber))
   end)

   it("refuses options that there are not", function()
      local fiber = waiting()
      for _, options in ipairs { { timout = 1 }, { timeout = 1, time = 1 }, { 5 }, { [""] = 5 } } do
         local value, err = fiber:join(options)
         assert.same({ nil, "invalid_argument", "fiber.join" }, { value, err.code, err.op })
         assert.matches("unknown field (timeout)", err.message, 1, true)
      end
      fiber:cancel()
   end)

   it("takes a number as timeout", function()
      local fiber = waiting()
      assert.has_error(function() fiber:join { timeout = "soon" } end)
      assert.has_error(function() fiber:join(1) end)
   end)
end)

describe("core.settled", function()
   it("waits for the end, and leaves the failure to be joined", function()
      local fiber = core.spawn(error, "boom")
      assert.is_true(core.settled(fiber))
      assert.is_true(core.settled(fiber))
      assert.equal(1, (core.failures()))
      assert_failed("unknown", fiber:join())
   end)

   it("is bounded by a timeout", function()
      assert_failed("deadline_exceeded", core.settled(waiting(), { timeout = 0 }))
   end)
end)

describe("core.first", function()
   it("answers the key of the first to have ended", function()
      local fibers = { a = waiting(), b = core.spawn(function() core.sleep(0) end), c = waiting() }
      assert.equal("b", core.first(fibers))
      fibers.c:cancel()
      fibers.c:join()
      assert.equal("b", core.first(fibers))
   end)

   it("answers nil for none, and takes fibers only", function()
      assert.is_nil(core.first {})
      assert.has_error(function() core.first { 1 } end)
   end)
end)
