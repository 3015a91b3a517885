local core = require "neap.core"
local gated = require "support.gate"
local neap = require "neap"
local queue = require "neap.logs.queue"

--- Who is told what went wrong.
local function place()
   local told = { failures = {} }
   function told.fail(err) told.failures[#told.failures + 1] = err end
   function told.lose(why) told.lost = why end
   return told
end

local function of(gate)
   return {
      write = gate.take,
      finish = function() gate.take(nil) end,
      abandon = function() gate.is_abandoned = true end,
   }
end

local SPILL <const> = { policy = "spill", buffer = 10, spill_limit = 1000, spill_dir = "/tmp" }

describe("neap.logs.queue", function()
   it("lets the oldest go for who drops, and counts", function()
      local gate, told = gated(), place()
      local queued = queue(of(gate), { policy = "drop", buffer = 10 }, told)
      for i = 1, 9 do queued.write(("%d"):format(i):rep(5)) end
      queued.finish()
      gate.open()
      queued.settle()

      assert.same({ "8888899999", 35, true, true, {} },
         { table.concat(gate), queued:dropped(), gate.is_over, queued.is_lossy, told.failures })
   end)

   it("keeps all for who spills, in order", function()
      local gate = gated()
      local queued = queue(of(gate), SPILL, place())
      for i = 1, 9 do queued.write(("%d"):format(i):rep(100)) end
      queued.finish()
      gate.open()
      queued.settle()

      local expected = {}
      for i = 1, 9 do expected[i] = ("%d"):format(i):rep(100) end
      assert.equal(table.concat(expected), table.concat(gate))
      assert.same({ 900, 0, false }, { gate.size, queued:dropped(), queued.is_lossy })
   end)

   it("has the writer wait where the policy says so", function()
      for _, how in ipairs { { policy = "block", buffer = 10 }, SPILL } do
         local gate, sent = gated(), 0
         local queued = queue(of(gate), how, place())
         local writer = neap.spawn(function()
            for _ = 1, 100 do
               queued.write(("x"):rep(100))
               sent = sent + 100
            end
            queued.finish()
         end)
         for _ = 1, 100 do neap.sleep(0) end
         assert.is_true(sent <= 1100)
         gate.open()
         writer:join()
         queued.settle()
         assert.same({ 10000, true }, { gate.size, gate.is_over })
      end
   end)

   it("tells what the consumer raises, and takes no more", function()
      local told = place()
      local queued = queue({ write = function() error("mine", 0) end },
         { policy = "drop", buffer = 10 }, told)
      queued.write "x"
      queued.settle()

      assert.same({ "mine" }, told.failures)
      assert.has_error(function() queued.write "y" end, "mine")
   end)

   it("is left at once, with what it holds", function()
      local gate, told = gated(), place()
      local queued = queue(of(gate), SPILL, told)
      queued.write(("x"):rep(500))
      queued.abandon()
      queued.settle()

      assert.same({ 0, true, nil, {} },
         { gate.size, gate.is_abandoned, gate.is_over, told.failures })
   end)
end)

describe("core.queue", function()
   it("takes as much as there is room for", function()
      local held <close> = core.queue { policy = "block", buffer = 4 }

      assert.same({ 4, 0 }, { held:put "abcdef", held:put "x" })
      assert.same({ "abcd", nil }, { held:take(), held:take() })
      assert.same({ 0, nil }, { held:dropped(), held:problem() })
   end)

   it("wants a buffer, and is nothing once closed", function()
      assert.has_error(function() core.queue { policy = "drop" } end)
      assert.has_error(function() core.queue { policy = "lose", buffer = 1 } end)
      local held = core.queue { policy = "drop", buffer = 1 }
      held:close()
      held:close()
      assert.has_error(function() held:put "x" end)
   end)
end)
