local core = require "neap.core"
local support = require "support.fibers"

local LONG <const> = support.LONG
local closing, waiting, assert_failed = support.closing, support.waiting, support.assert_failed

after_each(support.reset)

describe("__close in a cancelled fiber may wait", function()
   local slept

   local function sleeper()
      return closing(function()
         core.sleep(0)
         slept = slept + 1
      end)
   end

   before_each(function() slept = 0 end)

   local ways = {
      { "while the error passes", 1, function()
         local _c <close> = sleeper()
         core.sleep(LONG)
      end },
      { "when pcall swallowed the error", 1, function()
         pcall(core.sleep, LONG)
         local _c <close> = sleeper()
      end },
      { "inside a pcall", 1, function()
         pcall(function()
            local _c <close> = sleeper()
            core.sleep(LONG)
         end)
      end },
      { "inside an xpcall", 1, function()
         xpcall(function()
            local _c <close> = sleeper()
            core.sleep(LONG)
         end, function(err) return err end)
      end },
      { "one after the other", 3, function()
         local _a <close> = sleeper()
         local _b <close> = sleeper()
         local _c <close> = sleeper()
         core.sleep(LONG)
      end },
      { "deeper inside, in pcalls and generators of their own", 1, function()
         local _c <close> = closing(function()
            pcall(core.wrap(function()
               core.sleep(0)
               slept = slept + 1
            end))
         end)
         core.sleep(LONG)
      end },
      { "on a return", 1, function()
         pcall(core.sleep, LONG)
         return (function()
            local _c <close> = sleeper()
            return 1
         end)()
      end },
      { "on a break out of a loop", 1, function()
         pcall(core.sleep, LONG)
         for i in function() return 1 end, nil, nil, sleeper() do
            if i == 1 then break end
         end
      end },
      { "when the wait was in the handler already", 1, function()
         local _c <close> = closing(function()
            core.sleep(0.002)
            slept = slept + 1
         end)
      end },
   }

   for _, way in ipairs(ways) do
      it(way[1], function()
         local fiber = waiting(way[3])
         fiber:cancel()
         assert_failed("cancelled", fiber:join())
         assert.equal(way[2], slept)
      end)
   end

   it("but a wait after it may not", function()
      local after = true
      local fiber = waiting(function()
         pcall(function()
            local _c <close> = sleeper()
            core.sleep(LONG)
         end)
         after = pcall(core.sleep, 0)
      end)
      fiber:cancel()
      fiber:join()
      assert.is_false(after)
      assert.equal(1, slept)
   end)
end)
