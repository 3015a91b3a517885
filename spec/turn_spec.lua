local neap = require "neap"
local turn = require "neap.turn"

describe("neap.turn", function()
   it("lets one at a time, in order, and forgets who gave up", function()
      local queue, said = {}, {}
      local function take(name)
         return neap.spawn(function()
            local _mine <close> = turn.take(queue)
            said[#said + 1] = name
            neap.sleep(0)
            said[#said + 1] = name
         end)
      end
      local fibers = { take "a", take "b", take "c" }
      neap.sleep(0)
      fibers[2]:cancel()
      for _, fiber in ipairs(fibers) do fiber:join() end
      assert.same({ "a", "a", "c", "c" }, said)
      assert.same({}, queue)
   end)
end)
