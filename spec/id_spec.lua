local id = require "neap.id"

describe("neap.id", function()
   local good = { "a", "web", "web-1", "a.b_c-d", "0", ("x"):rep(76) }
   for _, value in ipairs(good) do
      it(("takes %s"):format(value), function() assert.equal(value, id.parse(value)) end)
   end

   local bad = {
      "", "-a", "a-", ".", "..", "a..b", "a-_b", "a/b", "/", "a b", "a\n", "a\0b", "ü",
      "_a", "a.", ("x"):rep(77), 7, {}, true,
   }
   for _, value in ipairs(bad) do
      it(("refuses %q"):format(tostring(value)), function()
         local checked, why = id.parse(value)

         assert.is_nil(checked)
         assert.is_string(why)
      end)
   end

   it("says how long is too long", function()
      local _, why = id.parse(("x"):rep(80))

      assert.matches("is 80 characters long (at most 76)", why, 1, true)
   end)

   it("makes ids that are valid and differ", function()
      local one, other = id.new(), id.new()

      assert.matches("^neap%-" .. ("%x"):rep(12) .. "$", one)
      assert.equal(one, id.parse(one))
      assert.not_equal(one, other)
   end)
end)
