local core = require "neap.core"
local neap = require "neap.fiber"
local support = require "support.fibers"

local LONG <const> = support.LONG
local closing, run, waiting = support.closing, support.run, support.waiting
local assert_failed = support.assert_failed

after_each(support.reset)

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
         assert.matches("children_spec.lua:", err, 1, true)
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
