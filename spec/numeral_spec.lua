-- Numerals, as io.read "n" takes them.

local numeral = require "neap.numeral"

--- What Lua's own library does with the same text.
local function by_lua(text)
   local file <close> = io.tmpfile()
   file:write(text)
   file:seek "set"
   local number = file:read "n"
   return { file:read "a", number }
end

--- What is left behind the numeral, and the number.
local function take(text, is_whole)
   local after, number = numeral.find("xx" .. text, 3, is_whole)
   if after then return text:sub(after - 2), number end
end

describe("a numeral", function()
   it("is taken as Lua takes it", function()
      for _, text in ipairs {
         "12", " \n\t12 rest", "-3.5e2,", "0x1Fg", "0x1p4 word", "12abc", "abc", "+", "-x", ".5.5",
         "5..5", "1e", "1e+", "1e5e5", "0x", "0x.8p1", "00012", "1 2", "", "  ", "inf", "nan",
         "9223372036854775808", "- 1", "..", "0xx", "1E-3E",
      } do
         assert.same(by_lua(text), { take(text, true) }, text)
      end
   end)

   it("waits for what may belong to it", function()
      for _, text in ipairs { "", "  ", "1", "1.", "-", "0x", "1e", "1e+" } do
         assert.is_nil(take(text, false), text)
      end
      assert.same({ " ", 1 }, { take("1 ", false) })
      assert.same({ "x" }, { take("x", false) })
   end)

   it("is no longer than Lua's", function()
      local rest, number = take(("1"):rep(300), false)
      assert.equal(100, #rest)
      assert.is_number(number)
   end)
end)
