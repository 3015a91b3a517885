local tap = require "neap.logs.tap"

local function frame(kind, payload)
   return string.pack("<BI4", kind, #payload) .. payload
end

describe("neap.logs.tap.frames", function()
   local bytes = frame(1, "out") .. frame(2, "") .. frame(3, "note") .. frame(4, "12345678")
      .. frame(5, "12345678") .. frame(9, "later") .. frame(0, "")

   it("takes whole frames off the front", function()
      local frames, rest = tap.frames(bytes .. "\1\5\0\0\0ab")

      assert.same({
         { kind = "stdout", payload = "out" }, { kind = "stderr", payload = "" },
         { kind = "notice", payload = "note" }, { kind = "dropped", payload = "12345678" },
         { kind = "position", payload = "12345678" },
         { payload = "later" }, { kind = "end", payload = "" },
      }, frames)
      assert.equal("\1\5\0\0\0ab", rest)
   end)

   it("finds the same, wherever they are cut", function()
      local whole = tap.frames(bytes)
      for at = 0, #bytes do
         local first, rest = tap.frames(bytes:sub(1, at))
         local second, none = tap.frames(rest .. bytes:sub(at + 1))

         assert.same(whole, table.move(second, 1, #second, #first + 1, first))
         assert.equal("", none)
      end
   end)
end)
