local copy = require "neap.copy"

describe("neap.copy", function()
   it("shares no table with what it copies", function()
      local original = { a = { b = { 1 } } }
      local made = copy.deep(original)
      made.a.b[1] = 2

      assert.equal(1, original.a.b[1])
   end)

   it("keeps metatables, which mark arrays", function()
      local mark = {}

      assert.equal(mark, getmetatable(copy.deep { setmetatable({}, mark) }[1]))
   end)

   it("ends on a table that holds itself", function()
      local original = {}
      original.self = original
      local made = copy.deep(original)

      assert.equal(made, made.self)
      assert.not_equal(original, made)
   end)

   it("passes other values", function() assert.equal(7, copy.deep(7)) end)
end)
