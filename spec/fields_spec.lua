local fields = require "neap.fields"

describe("neap.fields", function()
   local known = { memory = true, args = true }

   it("is content with fields that are known", function()
      assert.is_true(fields.check({ memory = 1 }, known))
   end)

   it("names a misspelt field and the right one", function()
      local ok, why = fields.check({ memroy = 1 }, known)

      assert.is_nil(ok)
      assert.equal('memroy: unknown field, did you mean "memory"?', why)
   end)

   it("translates what other tools call the same", function()
      local _, why = fields.check({ cmd = {} }, known, { cmd = "args" })

      assert.equal('cmd: unknown field, use "args"', why)
   end)

   it("refuses fields without a name", function()
      local _, why = fields.check({ "echo" }, known)

      assert.equal('[1]: "echo" has no field name', why)
   end)

   it("takes for a yes or no what is one", function()
      local flags = { force = "boolean", signal = true }
      local given = { force = true, signal = "TERM" }
      assert.equal(given, fields.options("stop", 1, given, flags))
      assert.is_false(fields.options("stop", 1, { force = false }, flags).force)

      local options, why = fields.options("stop", 1, { force = "false" }, flags)
      assert.same({ nil, 'force: "false" is not true or false' }, { options, why })
   end)

   it("tells lists from other tables", function()
      assert.is_true(fields.is_list {})
      assert.is_true(fields.is_list { 1, 2 })
      assert.is_false(fields.is_list { 1, a = 2 })
      assert.is_false(fields.is_list { [2] = 1 })
      assert.is_false(fields.is_list "x")
   end)
end)
