-- What waits to be read, in chunks.

local buffers = require "neap.buffer"

local function filled(...)
   local buffer = buffers.new()
   for _, chunk in ipairs { ... } do buffer:add(chunk) end
   return buffer
end

describe("a buffer", function()
   it("gives what was added, cut anywhere", function()
      for size = 1, 12 do
         local buffer, parts = filled("abc", "", "d", "efghi", "jk"), {}
         while buffer.size > 0 do parts[#parts + 1] = buffer:take(size) end
         assert.equal("abcdefghijk", table.concat(parts))
         assert.equal(math.ceil(11 / size), #parts)
      end
      assert.same({ "", 0 }, { filled():take(5), filled().size })
   end)

   it("finds the first line, wherever chunks end", function()
      local text = "one\n\ntwo three\nrest"
      for size = 1, #text do
         local buffer, lines = buffers.new(), {}
         for at = 1, #text, size do
            buffer:add(text:sub(at, at + size - 1))
            local line = buffer:line()
            while line do
               lines[#lines + 1] = buffer:take(line)
               line = buffer:line()
            end
         end
         assert.same({ "one\n", "\n", "two three\n" }, lines)
         assert.equal("rest", buffer:take(99))
      end
   end)

   it("looks for a line where it has not looked yet, and all over once cut", function()
      local buffer = filled("ab", "cd")
      assert.is_nil(buffer:line())
      buffer:add "e\nf"
      assert.equal(6, buffer:line())
      buffer:take(3)
      assert.equal(3, buffer:line())
   end)

   it("is one text where that is wanted", function()
      local buffer = filled("abc", "def", "ghi")
      buffer:take(1)
      local text, from = buffer:text()
      assert.equal("bcdefghi", text:sub(from))
      assert.equal(8, buffer.size)
      buffer:take(2)
      buffer:add "j"
      text, from = buffer:text()
      assert.equal("defghij", text:sub(from))
      assert.same({ "", 1 }, { filled():text() })
   end)
end)
