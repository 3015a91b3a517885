local columns = require "neap.program.columns"

describe("neap.program.columns", function()
   it("makes each column as wide as its widest entry", function()
      assert.equal(
         "ID     STATUS\nlong   x\nä      y\n",
         columns.format({ "ID", "STATUS" }, { { "long", "x" }, { "ä", "y" } })
      )
   end)

   it("lets no entry move the cursor or break the line", function()
      local text = columns.format({ "ID" }, { { "a\27[2Jb\nc" } })

      assert.equal("ID\na\\x1b[2Jb\\nc\n", text)
   end)

   local ages = {
      { 0, "0 seconds ago" }, { 1, "1 second ago" }, { 59.9, "59 seconds ago" },
      { 60, "1 minute ago" }, { 7200, "2 hours ago" }, { 86400, "1 day ago" },
      { -5, "0 seconds ago" },
   }
   for _, case in ipairs(ages) do
      it("says " .. case[2], function() assert.equal(case[2], columns.ago(case[1])) end)
   end
end)
