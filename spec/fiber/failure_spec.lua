local core = require "neap.core"
local neap = require "neap.fiber"
local support = require "support.fibers"

local run, waiting = support.run, support.waiting

after_each(support.reset)

describe("a failure nobody joins", function()
   it("is reported at once and remembered", function()
      local heard = {}
      core.on_unjoined(function(err, fiber) heard[#heard + 1] = { err, fiber } end)
      local fiber = core.spawn(error, "boom")
      run(function() end)
      assert.equal(1, #heard)
      assert.matches("boom", heard[1][1].message)
      assert.equal(fiber, heard[1][2])
      assert.equal(1, (core.failures()))
   end)

   it("is forgotten when a later join takes it", function()
      local fiber = core.spawn(error, "boom")
      run(function() end)
      fiber:join()
      assert.same({ 0 }, { core.failures() })
   end)

   it("is none where somebody is joining", function()
      core.on_unjoined(function() error "not to be called" end)
      run(error, "boom")
      assert.equal(0, (core.failures()))
   end)

   it("is none when the fiber was cancelled", function()
      waiting():cancel()
      core.run()
      assert.equal(0, (core.failures()))
   end)

   it("is raised by neap.loop, the first of them, once", function()
      for i = 1, 40 do core.spawn(error, { number = i }) end
      local ok, err = pcall(neap.loop)
      assert.is_false(ok)
      assert.equal(1, err.number)
      assert.has_no.errors(neap.loop)
   end)
end)

describe("core.report", function()
   it("tells of a failure that is no fiber's, and counts none", function()
      local heard
      core.on_unjoined(function(...) heard = table.pack(...) end)
      core.report "trouble"
      assert.same({ "trouble", n = 1 }, heard)
      assert.equal(0, (core.failures()))
      core.on_unjoined(nil)
      assert.has_no.errors(function() core.report "unheard" end)
   end)
end)
