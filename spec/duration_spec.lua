local duration = require "neap.duration"

describe("neap.duration", function()
   it("takes numbers of seconds, fractions too", function()
      assert.equal(0, duration.parse(0))
      assert.equal(0.25, duration.parse(0.25))
   end)

   it("bounds for ever to what every timer takes", function()
      assert.equal(1e9, duration.parse(math.huge))
   end)

   for _, value in ipairs { -1, 0 / 0, "10", {}, true } do
      it(("refuses %s"):format(tostring(value)), function()
         local seconds, why = duration.parse(value)

         assert.is_nil(seconds)
         assert.matches("number of seconds", why, 1, true)
      end)
   end
end)
