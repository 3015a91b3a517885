local core = require "neap.core"
local support = require "support.fibers"

local closing, run, waiting = support.closing, support.run, support.waiting

after_each(support.reset)

describe("a call waits", function()
   local function twice()
      core.sleep(0)
      return core.sleep(0)
   end

   local waits = {
      { "inside pcall", function() return select(2, pcall(twice)) end },
      { "inside xpcall", function() return select(2, xpcall(twice, debug.traceback)) end },
      { "in an iterator", function()
         local n = 0
         for _ in function() return n < 3 and twice() or nil end do n = n + 1 end
         return n == 3
      end },
      { "in a metamethod", function()
         local t = setmetatable({}, { __index = twice, __add = twice })
         return t.x and t + 1
      end },
      { "in __close", function()
         local waited
         do
            local _c <close> = closing(function() waited = twice() end)
         end
         return waited
      end },
      { "in __close while an error passes", function()
         local waited
         pcall(function()
            local _c <close> = closing(function() waited = twice() end)
            error "boom"
         end)
         return waited
      end },
      { "in a generator of neap.wrap", function()
         local generate = core.wrap(function()
            for i = 1, 3 do
               twice()
               coroutine.yield(i)
            end
         end)
         return generate() + generate() + generate() == 6
      end },
      { "in a generator in a generator", function()
         local inner = core.wrap(function()
            twice()
            coroutine.yield "a"
            twice()
            return "b"
         end)
         local outer = core.wrap(function()
            coroutine.yield(inner())
            twice()
            return inner()
         end)
         return outer() .. outer() == "ab"
      end },
   }

   for _, case in ipairs(waits) do
      it(case[1], function() assert.is_true(run(case[2])) end)
      it(case[1] .. ", outside of a fiber", function() assert.is_true(case[2]()) end)
   end
end)

describe("a call that cannot wait raises", function()
   local refused = {
      { "in a coroutine of one's own", function()
         return select(2, coroutine.resume(coroutine.create(core.sleep), 0))
      end },
      { "in table.sort", function()
         return select(2, pcall(table.sort, { 2, 1 }, function() core.sleep(0) end))
      end },
      { "in string.gsub", function()
         return select(2, pcall(string.gsub, "x", "x", function() core.sleep(0) end))
      end },
      { "in a generator that table.sort calls", function()
         local generate = core.wrap(function() core.sleep(0) end)
         return select(2, pcall(table.sort, { 2, 1 }, generate))
      end },
      { "in __gc", function()
         local answer
         setmetatable({}, { __gc = function() answer = select(2, pcall(core.sleep, 0)) end })
         collectgarbage()
         return answer
      end, outside = true },
      { "while a module is loaded by require", function()
         package.preload.waits = function() core.sleep(0) end
         return select(2, pcall(require, "waits"))
      end },
      { "when a fiber joins itself", function()
         local me
         me = core.spawn(function() return select(2, pcall(me.join, me)) end)
         return me:join()
      end },
      { "when a fiber is resumed by hand", function()
         local thread, by_hand
         waiting(function()
            thread = coroutine.running()
            repeat coroutine.yield() until by_hand
            coroutine.yield(select(2, pcall(core.sleep, 0)))
         end)
         by_hand = true
         return select(2, coroutine.resume(thread))
      end },
   }

   for _, case in ipairs(refused) do
      it(case[1], function() assert.matches("cannot wait here: ", tostring(run(case[2]))) end)
      if case.outside then
         it(case[1] .. ", outside of a fiber", function()
            assert.matches("cannot wait here: ", tostring(case[2]()))
         end)
      end
   end

   it("in a callback of luv", function()
      local has_luv, luv = pcall(require, "luv")
      if not has_luv then return pending "lua-luv is not there" end
      local function try()
         local answer
         local timer = luv.new_timer()
         timer:start(0, 0, function()
            answer = select(2, pcall(core.sleep, 0))
            timer:close()
         end)
         luv.run()
         return answer
      end
      assert.matches("cannot wait here: ", try())
      assert.matches("cannot wait here: ", run(try))
   end)

   it("in the function that hears of failures", function()
      local answer
      core.on_unjoined(function() answer = select(2, pcall(core.sleep, 0)) end)
      core.spawn(error, "boom")
      core.run()
      assert.matches("cannot wait here: ", answer)
   end)
end)
