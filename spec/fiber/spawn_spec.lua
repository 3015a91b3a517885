local core = require "neap.core"
local support = require "support.fibers"

local LONG <const> = support.LONG
local run = support.run

after_each(support.reset)

describe("spawn", function()
   it("runs the function on the loop's next turn, not before", function()
      local ran = false
      local fiber = core.spawn(function() ran = true end)
      assert.is_false(ran)
      fiber:join()
      assert.is_true(ran)
   end)

   it("passes arguments, nils included", function()
      local function count(...) return select("#", ...), ... end
      assert.same({ 3, nil, "b", nil, n = 4 }, table.pack(run(count, nil, "b", nil)))
   end)

   it("takes a function only", function()
      assert.has_error(function() core.spawn "text" end)
      assert.has_error(function() core.spawn() end)
   end)

   it("counts live fibers, but not daemons", function()
      local before = core.fibers()
      local fiber = core.spawn(core.sleep, LONG)
      local daemon = core.daemon(core.sleep, LONG)
      assert.equal(before + 1, core.fibers())
      fiber:cancel()
      daemon:cancel()
      fiber:join()
      assert.equal(before, core.fibers())
   end)

   it("shows in tostring what became of the fiber", function()
      local fiber = core.spawn(function() end)
      assert.equal("neap.fiber (new)", tostring(fiber))
      fiber:join()
      assert.equal("neap.fiber (returned)", tostring(fiber))
   end)
end)

describe("fibers", function()
   it("take turns at coroutine.yield()", function()
      local order = {}
      local function count(name)
         for i = 1, 3 do
            order[#order + 1] = name .. i
            coroutine.yield("ignored")
         end
      end
      local a, b = core.spawn(count, "a"), core.spawn(count, "b")
      a:join()
      b:join()
      assert.same({ "a1", "b1", "a2", "b2", "a3", "b3" }, order)
   end)

   it("go on while a call outside runs the loop", function()
      local ticks = 0
      core.spawn(function()
         for _ = 1, 3 do
            core.sleep(0)
            ticks = ticks + 1
         end
      end)
      local done = core.condition()
      core.spawn(function()
         while ticks < 3 do core.sleep(0) end
         done:notify()
      end)
      assert.is_true(done:wait())
      assert.equal(3, ticks)
   end)

   it("wake in the order of their deadlines", function()
      local order, fibers = {}, {}
      for _, i in ipairs { 5, 3, 1, 4, 2 } do
         fibers[#fibers + 1] = core.spawn(function()
            local deadline = core.now() + i / 100 -- each begins when it can
            core.sleep(i / 100)
            order[#order + 1] = deadline
         end)
      end
      for _, fiber in ipairs(fibers) do fiber:join() end
      local sorted = table.move(order, 1, #order, 1, {})
      table.sort(sorted)
      assert.same(sorted, order)
      assert.equal(5, #order)
   end)

   it("are many", function()
      local ended = 0
      for i = 1, 2000 do
         core.spawn(function()
            core.sleep(i % 7 / 1000)
            ended = ended + 1
         end)
      end
      core.run()
      assert.equal(2000, ended)
   end)
end)
