local core = require "neap.core"
local neap = require "neap.fiber"
local support = require "support.fibers"

local LONG <const> = support.LONG
local run, assert_failed = support.run, support.assert_failed

after_each(support.reset)

describe("neap.loop", function()
   it("runs until no fiber is left", function()
      local steps = 0
      core.spawn(function()
         for _ = 1, 3 do
            core.sleep(0)
            core.spawn(function() steps = steps + 1 end)
         end
      end)
      neap.loop()
      assert.equal(3, steps)
   end)

   it("says how many failed when it knows no more", function()
      local fibers = {}
      for i = 1, 20 do fibers[i] = core.spawn(error, "boom") end
      core.run()
      for i = 1, 16 do fibers[i]:join() end
      local _, err = pcall(neap.loop)
      assert.matches("4 fibers", err.message)
   end)

   it("does not wait for daemons", function()
      local daemon = core.daemon(core.sleep, LONG)
      neap.loop()
      daemon:cancel()
   end)

   it("raises in a fiber", function()
      assert_failed("unknown", run(neap.loop))
   end)
end)
