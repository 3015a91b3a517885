local escape = require "neap.escape"

describe("neap.escape", function()
   describe("text", function()
      local cases = {
         { "leaves plain text alone", "web-1 (running)", "web-1 (running)" },
         { "leaves other scripts alone", "Grüße, мир, 世界", "Grüße, мир, 世界" },
         { "names line ends and tabs", "a\nb\r\tc", "a\\nb\\r\\tc" },
         { "disarms terminal sequences", "\27[31mred\7", "\\x1b[31mred\\x07" },
         { "escapes DEL", "\127", "\\x7f" },
         { "escapes C1 controls", "\u{9b}31m", "\\u{9b}31m" },
         { "escapes what turns the reading direction", "a\u{202e}b", "a\\u{202e}b" },
         { "escapes line separators", "a\u{2028}b", "a\\u{2028}b" },
         { "escapes bytes that are not UTF-8", "a\xff\xc3b\xe2\x82", "a\\xff\\xc3b\\xe2\\x82" },
         { "takes the empty string", "", "" },
      }

      for _, case in ipairs(cases) do
         it(case[1], function() assert.equal(case[3], escape.text(case[2])) end)
      end

      it("escapes a megabyte of rubbish in one go", function()
         assert.equal(4 * 2 ^ 20, #escape.text(("\xff"):rep(2 ^ 20)))
      end)
   end)

   describe("show", function()
      it("quotes strings and cuts long ones", function()
         assert.equal('"a\\nb"', escape.show "a\nb")
         assert.equal('"' .. ("x"):rep(60) .. '..."', escape.show(("x"):rep(100)))
      end)

      it("shows numbers and booleans as they are, tables by type", function()
         assert.equal("42", escape.show(42))
         assert.equal("false", escape.show(false))
         assert.equal("nil", escape.show(nil))
         assert.equal("a table", escape.show {})
      end)
   end)
end)
