local amount = require "support.amount"
local detach = require "neap.program.detach"

describe("neap.program.detach.parse", function()
   for text, keys in pairs {
      ["ctrl-p,ctrl-q"] = "\16\17", ["a"] = "a", ["a,b,c"] = "abc", ["ctrl-@"] = "\0",
      ["ctrl-[,ctrl-\\,ctrl-],ctrl-^,ctrl-_"] = "\27\28\29\30\31", ["ctrl-a,DEL"] = "\1\127",
      ["-"] = "-", [""] = "",
   } do
      it("reads " .. text, function() assert.equal(keys, detach.parse(text)) end)
   end

   for _, text in ipairs { "ctrl-", "ctrl-P", "ctrl-pq", "ab", ",", "a,", "ctrl-1", "\1", "ä" } do
      it(("refuses %q"):format(text), function()
         local keys, why = detach.parse(text)

         assert.is_nil(keys)
         assert.matches("is not a key", why, 1, true)
      end)
   end
end)

describe("neap.program.detach.matcher", function()
   -- What passes, piece by piece; the last says whether it was the sequence.
   local function feed(keys, ...)
      local matcher, passed, found = detach.matcher(keys), "", false
      for _, bytes in ipairs { ... } do
         assert.is_false(found)
         local out
         out, found = matcher.feed(bytes)
         passed = passed .. out
      end
      return passed .. (found and "" or matcher.finish()), found
   end

   it("finds the sequence, whole or in pieces, and drops what follows", function()
      assert.same({ "xy", true }, { feed("pq", "xypqz") })
      assert.same({ "xy", true }, { feed("pq", "xyp", "qz") })
      assert.same({ "xy", true }, { feed("pq", "x", "y", "", "p", "", "q") })
   end)

   it("passes a beginning on that goes on otherwise", function()
      assert.same({ "xpzq", false }, { feed("pq", "xpzq") })
      assert.same({ "xpzq", false }, { feed("pq", "xp", "zq") })
      assert.same({ "pp", true }, { feed("pq", "p", "p", "p", "q") })
   end)

   it("holds a beginning until it is known what it was", function()
      local matcher = detach.matcher "pq"

      assert.same({ "x", false }, { matcher.feed "xp" })
      assert.same({ "py", false }, { matcher.feed "y" })
      assert.same({ "", false }, { matcher.feed "p" })
      assert.equal("p", matcher.finish())
      assert.equal("", matcher.finish())
   end)

   it("knows sequences that begin again within themselves", function()
      assert.same({ "a", true }, { feed("aab", "aaab") })
      assert.same({ "ab", true }, { feed("abac", "ababac") })
      assert.same({ "aabaabaa", false }, { feed("aabaaab", "aabaabaa") })
      assert.same({ "aab", true }, { feed("aabaaab", "aabaabaaab") })
   end)

   it("passes everything without keys", function()
      assert.same({ "pq\16\17", false }, { feed("", "pq\16", "\17") })
   end)

   it("says what searching for the sequence would, whatever is typed", function()
      math.randomseed(7)
      for _ = 1, amount(2000) do
         local function word(most)
            local letters = {}
            for at = 1, math.random(1, most) do letters[at] = ({ "a", "b" })[math.random(2)] end
            return table.concat(letters)
         end
         local keys, typed, pieces = word(4), word(12), {}
         for piece in typed:gmatch(("."):rep(math.random(3)) .. "?.?") do
            pieces[#pieces + 1] = piece
         end
         local whole = table.concat(pieces)
         local at = whole:find(keys, 1, true)

         local matcher, passed, found = detach.matcher(keys), "", false
         for _, piece in ipairs(pieces) do
            local out
            out, found = matcher.feed(piece)
            passed = passed .. out
            if found then break end
         end
         if not found then passed = passed .. matcher.finish() end
         assert.same({ at and whole:sub(1, at - 1) or whole, at ~= nil }, { passed, found })
      end
   end)
end)
