local source = require "neap.source"

describe("neap.source", function()
   it("gives all bytes in chunks, then the end", function()
      local text = ("x"):rep(200000)
      local read = source.string(text):open()

      local got = {}
      for chunk in read do
         assert.is_true(#chunk <= 65536)
         got[#got + 1] = chunk
      end

      assert.equal(text, table.concat(got))
      assert.is_nil(read())
   end)

   it("ends at once where there is nothing", function()
      assert.is_nil(source.string(""):open()())
   end)

   it("raises on anything but a string", function()
      assert.has_error(function() source.string(1) end,
         "bad argument #1 to 'string' (string expected, got number)")
   end)
end)
