local core = require "neap.core"
local neap = require "neap.fiber"
local support = require "support.fibers"

local LONG <const> = support.LONG
local waiting, assert_failed = support.waiting, support.assert_failed

after_each(support.reset)

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
