local core = require "neap.core"
local neap = require "neap.fiber"
local shell = require "support.shell"

local LONG <const> = 3600 -- a wait that only something else can end

--- A value that runs `fn` when it is closed.
local function closing(fn)
   return setmetatable({}, { __close = fn })
end

--- Run `fn` in a fiber to its end; what it answered.
local function run(...)
   return core.spawn(...):join()
end

--- A fiber that has begun and waits.
local function waiting(fn)
   local fiber = core.spawn(fn or function() core.sleep(LONG) end)
   run(function() end) -- spawned later, so it has run by now
   return fiber
end

local function assert_failed(code, value, err)
   assert.is_nil(value)
   assert.equal(code, type(err) == "table" and err.code or err)
end

after_each(function()
   core.cancel_all()
   core.run()
   core.failures(true)
   core.on_unjoined(nil)
end)

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
      assert.matches("fiber_spec.lua:%d+: boom\nstack traceback:.*deep", err.message)
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

describe("cancel", function()
   it("raises cancelled in the present wait", function()
      local seen
      local fiber = waiting(function()
         seen = table.pack(pcall(core.sleep, LONG))
         error(seen[2])
      end)
      assert.is_true(fiber:cancel())
      assert_failed("cancelled", fiber:join())
      assert.is_false(seen[1])
      assert.equal("cancelled", seen[2].code)
   end)

   it("raises in each later wait, before anything is sent", function()
      local count = 0
      local fiber = waiting(function()
         for _ = 1, 5 do
            if not pcall(core.sleep, LONG) then count = count + 1 end
         end
         return "unharmed"
      end)
      fiber:cancel()
      assert_failed("cancelled", fiber:join())
      assert.equal(5, count)
   end)

   it("takes effect before the first run", function()
      local ran = false
      local fiber = core.spawn(function() ran = true end)
      assert.is_true(fiber:cancel())
      assert_failed("cancelled", fiber:join())
      assert.is_false(ran)
   end)

   it("does nothing the second time, nor after the end", function()
      local fiber = waiting()
      assert.is_true(fiber:cancel())
      assert.is_true(fiber:cancel())
      assert_failed("cancelled", fiber:join())
      local ended = core.spawn(function() return 1 end)
      ended:join()
      assert.is_true(ended:cancel())
      assert.equal(1, ended:join())
   end)

   it("ends a fiber that cancels itself, at its next wait", function()
      local after, fiber = false, nil
      fiber = core.spawn(function()
         fiber:cancel()
         after = true
         core.sleep(0)
         after = "too far"
      end)
      assert_failed("cancelled", fiber:join())
      assert.is_true(after)
   end)

   it("reaches one that waits in join, and leaves the other alone", function()
      local other = waiting()
      local joiner = waiting(function() return other:join() end)
      joiner:cancel()
      assert_failed("cancelled", joiner:join())
      assert.equal("neap.fiber (live)", tostring(other))
   end)

   it("ends loops that never let go", function()
      local loops = {
         function() while true do core.sleep(1) end end,
         function() while true do pcall(core.sleep, 1) end end,
         function() while true do coroutine.yield() end end,
         function()
            while true do pcall(function() while true do pcall(core.sleep, 1) end end) end
         end,
         function()
            while true do pcall(function() while true do coroutine.yield() end end) end
         end,
         function()
            while true do pcall(core.wrap(core.sleep), 1) end
         end,
      }
      for _, loop in ipairs(loops) do
         local fiber = waiting(loop)
         fiber:cancel()
         assert_failed("cancelled", fiber:join())
      end
   end)

   it("passes through generators", function()
      local closed = 0
      local fiber = waiting(function()
         local _c <close> = closing(function() core.sleep(0) closed = closed + 1 end)
         core.wrap(function()
            local _d <close> = closing(function() core.sleep(0) closed = closed + 1 end)
            core.sleep(LONG)
         end)()
      end)
      fiber:cancel()
      assert_failed("cancelled", fiber:join())
      assert.equal(2, closed)
   end)

   it("leaves what a handler raises to be seen", function()
      local fiber = waiting(function()
         local _c <close> = closing(function() error "in the handler" end)
         core.sleep(LONG)
      end)
      fiber:cancel()
      local value, err = fiber:join()
      assert_failed("unknown", value, err)
      assert.matches("in the handler", err.message)
   end)

   it("reaches all but daemons by cancel_all", function()
      local fiber = waiting()
      local daemon = core.daemon(core.sleep, LONG)
      core.cancel_all()
      assert_failed("cancelled", fiber:join())
      assert_failed("deadline_exceeded", daemon:join { timeout = 0 })
      daemon:cancel()
      assert_failed("cancelled", daemon:join())
   end)
end)

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

describe("a shield", function()
   it("lets waits be finished, and the next one raise", function()
      local inside, after
      local fiber = waiting(function()
         core.shield(function()
            core.sleep(0.002)
            inside = core.cancelled()
            core.shield(core.sleep, 0)
            core.sleep(0)
         end)
         after = pcall(core.sleep, 0)
      end)
      fiber:cancel()
      assert_failed("cancelled", fiber:join())
      assert.is_true(inside)
      assert.is_false(after)
   end)

   it("passes arguments, results and errors", function()
      assert.same({ 1, 2 }, { run(core.shield, function(...) return ... end, 1, 2) })
      local raised = {}
      assert.equal(raised, select(2, run(core.shield, error, raised)))
      assert.same({ 1, 2 }, { core.shield(function(...) return ... end, 1, 2) })
   end)

   it("ends with an error, too", function()
      local fiber = waiting(function()
         pcall(core.shield, function() error "boom" end)
         core.sleep(LONG)
      end)
      fiber:cancel()
      assert_failed("cancelled", fiber:join())
   end)
end)

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

describe("objects", function()
   it("have a table of their own", function()
      local fiber = core.spawn(function() end)
      core.state(fiber).note = "kept"
      assert.equal("kept", core.state(fiber).note)
      assert.is_nil(core.state(core.condition()).note)
      assert.has_error(function() core.state(io.stdout) end)
      assert.has_error(function() core.state {} end)
   end)

   it("have classes that Lua can add to", function()
      core.classes.condition.answer = function() return 42 end
      assert.equal(42, core.condition():answer())
      core.classes.condition.answer = nil
   end)
end)

describe("neap.all", function()
   it("answers the first results by the same keys", function()
      assert.same({ a = 1, [2] = "b", c = true }, neap.all {
         a = function() core.sleep(0) return 1, "more" end,
         [2] = function() return "b" end,
         c = function() end,
      })
   end)

   it("answers the first failure after the rest have ended", function()
      local ended = false
      local value, err = neap.all {
         function() core.sleep(0) return nil, "first" end,
         function()
            local _c <close> = closing(function()
               core.sleep(0)
               ended = true
            end)
            core.sleep(LONG)
         end,
      }
      assert.is_nil(value)
      assert.equal("first", err)
      assert.is_true(ended)
   end)

   it("answers what one raises", function()
      assert_failed("unknown", run(neap.all, { function() error "boom" end, core.sleep and
         function() core.sleep(LONG) end }))
      assert.equal(0, (core.failures()))
   end)

   it("is cancelled with all it started", function()
      local ended = 0
      local function child()
         local _c <close> = closing(function() ended = ended + 1 end)
         core.sleep(LONG)
      end
      local fiber = waiting(function() return neap.all { child, child } end)
      run(function() core.sleep(0) end)
      fiber:cancel()
      assert_failed("cancelled", fiber:join())
      assert.equal(2, ended)
   end)

   it("answers nothing for nothing", function()
      assert.same({}, neap.all {})
   end)
end)

describe("neap.race", function()
   it("answers the first to succeed and its key", function()
      local function slow() core.sleep(LONG) end
      assert.same({ "won", "b" }, { neap.race {
         a = slow,
         b = function() core.sleep(0) return "won" end,
         c = function() return nil, "failed" end,
      } })
   end)

   it("answers the last failure when none succeeds", function()
      assert.same({ nil, "late" }, { neap.race {
         function() core.sleep(0.002) return nil, "late" end,
         function() return nil, "early" end,
      } })
      assert_failed("invalid_argument", neap.race {})
   end)
end)

describe("neap.map", function()
   it("keeps results by index, and at most `limit` at a time", function()
      local running, most = 0, 0
      local results, errors = neap.map({ 1, 2, 3, 4, 5, 6 }, 2, function(item, i)
         running = running + 1
         most = math.max(most, running)
         core.sleep((7 - item) / 2000)
         running = running - 1
         return item * 10 + i
      end)
      assert.same({ 11, 22, 33, 44, 55, 66 }, results)
      assert.is_nil(errors)
      assert.equal(2, most)
   end)

   it("collects failures and goes on", function()
      local results, errors = neap.map({ 1, 2, 3 }, 3, function(item)
         if item == 2 then return nil, "two" end
         if item == 3 then error { code = "aborted" } end
         return item
      end)
      assert.same({ 1 }, results)
      assert.same({ [2] = "two", [3] = { code = "aborted" } }, errors)
   end)

   it("takes an iterator, which may wait", function()
      local items = core.wrap(function()
         for i = 1, 3 do
            core.sleep(0)
            coroutine.yield(i)
         end
      end)
      assert.same({ 1, 2, 3 }, (run(neap.map, items, 2, function(item) return item end)))
   end)

   it("takes what is called like an iterator, as events are", function()
      local count = 0
      local events = setmetatable({ close = print }, { __call = function()
         count = count + 1
         return count < 3 and count or nil
      end })
      assert.same({ 1, 2 }, (neap.map(events, 2, function(item) return item end)))
   end)

   it("takes whole limits only", function()
      for _, limit in ipairs { 0, -1, 1.5, "2" } do
         assert.has_error(function() neap.map({}, limit, print) end)
      end
   end)
end)

describe("what runs functions side by side", function()
   it("says where it was given none, before any runs", function()
      local ran = false
      local function run_it() ran = true end
      for call, expected in pairs {
         [function() local r = neap.all() return r end] = "#1 to 'all' (table expected",
         [function() local r = neap.all { run_it, 5 } return r end] = "#1 to 'all' ([2]: function",
         [function() local r = neap.race(run_it) return r end] = "#1 to 'race' (table expected",
         [function() local r = neap.map(5, 1, run_it) return r end] = "#1 to 'map' (a list or",
         [function() local r = neap.map({}, 1) return r end] = "#3 to 'map' (function expected",
         [function() local r = neap.timeout(nil, run_it) return r end] = "#1 to 'timeout' (number",
         [function() local r = neap.timeout(1) return r end] = "#2 to 'timeout' (function",
         [function() local r = neap.scope() return r end] = "#1 to 'scope' (function expected",
      } do
         local ok, err = pcall(call)
         assert.is_false(ok)
         assert.matches(expected, err, 1, true)
         assert.matches("fiber_spec.lua:", err, 1, true)
      end
      core.sleep(0)
      assert.is_false(ran)
   end)
end)

describe("neap.timeout", function()
   it("answers the results in time", function()
      assert.same({ 1, 2 }, { neap.timeout(LONG, function(...) return ... end, 1, 2) })
   end)

   it("answers deadline_exceeded once the function has ended", function()
      local ended = false
      assert_failed("deadline_exceeded", neap.timeout(0.001, function()
         local _c <close> = closing(function()
            core.sleep(0)
            ended = true
         end)
         core.sleep(LONG)
      end))
      assert.is_true(ended)
   end)

   it("answers what the function raises, and nobody else is told", function()
      local heard = {}
      core.on_unjoined(function(err) heard[#heard + 1] = err end)
      assert_failed("unknown", neap.timeout(LONG, function() error "boom" end))
      assert.same({}, heard)
   end)
end)

describe("neap.scope", function()
   local function thing(log, name)
      return { delete = function(_, options)
         core.sleep(0)
         log[#log + 1] = name .. tostring(options.force)
         return true
      end }
   end

   local ways = {
      { "returns", function() return "result" end, true },
      { "raises", function() error { code = "aborted" } end, false },
      { "is cancelled", function() core.sleep(LONG) end, false },
   }

   for _, way in ipairs(ways) do
      it("ends what is in it when the function " .. way[1], function()
         local log, child = {}, nil
         local fiber = waiting(function()
            return neap.scope(function(scope)
               scope:own(thing(log, "a"))
               scope:own(thing(log, "b"))
               child = scope:spawn(core.sleep, LONG)
               return way[2]()
            end)
         end)
         fiber:cancel()
         local value = fiber:join()
         assert.is_nil(value)
         assert.same({ "btrue", "atrue" }, log)
         assert_failed("cancelled", child:join())
      end)
   end

   it("answers what the function answers", function()
      assert.same({ 1, 2 }, { neap.scope(function() return 1, 2 end) })
   end)

   it("closes what cannot be deleted", function()
      local closed
      neap.scope(function(scope) scope:own { close = function() closed = true end } end)
      assert.is_true(closed)
      assert.has_error(function() neap.scope(function(scope) scope:own {} end) end)
      assert.has_error(function() neap.scope(function(scope) scope:own(5) end) end)
   end)

   it("lets a failure pass", function()
      assert.same({ nil, "err" }, { neap.scope(function(scope) return scope:own(nil, "err") end) })
   end)

   it("reports what could not be removed, and goes on", function()
      local heard, log = {}, {}
      core.on_unjoined(function(err) heard[#heard + 1] = err end)
      neap.scope(function(scope)
         scope:own(thing(log, "a"))
         scope:own { delete = function() return nil, { code = "unavailable" } end }
         scope:own { delete = function() return nil, { code = "not_found" } end }
         scope:own { delete = function() error "boom" end }
      end)
      assert.same({ "atrue" }, log)
      assert.equal(2, #heard)
      assert.matches("boom", heard[1])
      assert.equal("unavailable", heard[2].code)
   end)

   it("has ended for good", function()
      local kept
      neap.scope(function(scope) kept = scope end)
      assert.has_error(function() kept:spawn(print) end)
      assert.has_error(function() kept:own { close = print } end)
   end)
end)

describe("closing the Lua state", function()
   local prelude <const> = [[
      core, neap = require "neap.core", require "neap.fiber"
      function closing(fn) return setmetatable({}, { __close = fn, __gc = fn }) end
      io.stdout:setvbuf "no"
   ]]

   --- Run a chunk in a Lua of its own, and `before` before the module is there:
   --- what it prints, and how it ended.
   local function lua(chunk, before)
      local path = os.tmpname()
      local file <close> = assert(io.open(path, "w"))
      file:write(("package.path, package.cpath = %q, %q\n"):format(package.path, package.cpath))
      file:write(before or "", prelude, chunk)
      file:close()
      local pipe = assert(io.popen(shell.lua .. " " .. path .. " 2>&1"))
      local output = pipe:read "a"
      local _, _, code = pipe:close()
      os.remove(path)
      return output, code
   end

   local states = {
      { "with fibers that wait", [[
         local condition = core.condition()
         local fiber = core.spawn(core.sleep, 3600)
         core.spawn(fiber.join, fiber)
         core.spawn(condition.wait, condition)
         core.spawn(core.wrap(function() core.sleep(3600) end))
         core.spawn(neap.all, { core.condition, function() core.sleep(3600) end })
         core.daemon(core.sleep, 3600)
         core.sleep(0) core.sleep(0)
      ]] },
      { "with fibers that have not begun", [[
         for i = 1, 3 do core.spawn(print, i) end
      ]] },
      { "with fibers that were woken", [[
         local condition = core.condition()
         core.spawn(function() condition:wait() print "resumed" end)
         core.spawn(function() condition:wait() print "resumed" end):cancel()
         core.sleep(0)
         condition:notify()
      ]] },
      { "with fibers that hold what is to be closed", [[
         core.spawn(function()
            local _c <close> = setmetatable({}, { __close = function() print "closed" end })
            core.sleep(3600)
         end)
         core.spawn(function()
            local _c <close> = setmetatable({}, { __close = function() core.sleep(3600) end })
         end)
         core.sleep(0)
      ]] },
      { "with failures that nobody joined", [[
         for _ = 1, 20 do core.spawn(error, "boom") end
         core.run()
      ]] },
      { "from within a fiber", [[
         core.spawn(core.sleep, 3600)
         core.spawn(function() core.sleep(0) os.exit(true, true) end)
         core.run()
         print "not to be reached"
      ]] },
      { "with finalizers that want to wait", [[
         kept = setmetatable({}, { __gc = function() assert(not pcall(core.sleep, 0)) end })
         local fiber, condition = core.spawn(core.sleep, 3600), core.condition()
         core.spawn(condition.wait, condition)
         core.sleep(0)
         setmetatable({}, { __gc = function()
            fiber:cancel()
            condition:notify()
         end })
      ]] },
   }

   for _, state in ipairs(states) do
      it(state[1] .. " is clean", function()
         assert.same({ "", 0 }, { lua(state[2]) })
      end)
   end

   it("leaves no way to wait to finalizers from before it", function()
      local before <const> = [[
         kept = setmetatable({}, { __gc = function()
            print(pcall(core.sleep, 0))
            print((pcall(core.spawn, print)))
            fiber:cancel()
         end })
      ]]
      local output, code = lua("fiber = core.spawn(core.sleep, 3600) core.sleep(0)", before)
      assert.equal("false\tcannot wait here: the Lua state is closing\nfalse\n", output)
      assert.equal(0, code)
   end)
end)
