local labels = require "neap.labels"

describe("neap.labels", function()
   it("copies what is fine", function()
      local given = { tier = "db", ["com.example/x"] = "" }
      local checked = assert(labels.parse(given))

      assert.same(given, checked)
      assert.not_equal(given, checked)
   end)

   it("takes false where labels may be removed, and only there", function()
      assert.same({ tier = false }, labels.parse({ tier = false }, true))
      assert.is_nil((labels.parse { tier = false }))
   end)

   it("bounds a label and its value together", function()
      assert.is_table(labels.parse { a = ("x"):rep(4095) })

      local _, why = labels.parse { a = ("x"):rep(4096) }
      assert.equal('"a" has 4097 bytes with its value (at most 4096)', why)
   end)

   it("takes no empty one for a record", function()
      local given = { tier = "db", gone = false }
      assert.same(given, labels.of_record(given, true))
      assert.same({ nil, '"a" has no value, and containerd keeps no such label' },
         { labels.of_record { a = "", b = "x" } })
      assert.same({ nil, '"a" has no value, and containerd keeps no such label'
         .. " (false removes one)" }, { labels.of_record({ a = "" }, true) })
      assert.is_nil((labels.of_record { a = 1 }))
   end)

   local bad = {
      { "not a table", "x", "not a table of labels" },
      { "a list", { "x" }, "not the name of a label" },
      { "an empty name", { [""] = "x" }, "not the name of a label" },
      { "a number", { tier = 1 }, "labels are strings" },
      { "a name of Neap's", { ["neap.bundle"] = "/" }, "reserved" },
      { "a name with NUL", { ["a\0b"] = "x" }, "contains NUL" },
      { "a value with NUL", { a = "x\0y" }, "contains NUL" },
      { "other than UTF-8", { tier = "\xff" }, "not UTF-8" },
   }
   for _, case in ipairs(bad) do
      it("refuses " .. case[1], function()
         local checked, why = labels.parse(case[2])

         assert.is_nil(checked)
         assert.matches(case[3], why, 1, true)
      end)
   end
end)
