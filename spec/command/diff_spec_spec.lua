local diff = require "neap.command.diff-spec"
local explain = require "neap.command.explain"

describe("neap diff-spec", function()
   local a = {
      hostname = "a", process = { args = { "x" } },
      mounts = { { destination = "/1" }, { destination = "/2" } },
   }
   local b = {
      hostname = "b", process = { args = { "x" } },
      mounts = { { destination = "/2" }, { destination = "/1" } },
   }

   it("tells what differs, but for what is left out", function()
      local function paths(excluded)
         local found = {}
         for i, row in ipairs(diff.rows(a, b, excluded)) do found[i] = row.path end
         return table.concat(found, " ")
      end
      assert.equal("hostname mounts", paths())
      assert.equal("mounts", paths { "hostname" })
      assert.equal("", paths { "hostname", "mounts" })
      assert.equal("hostname mounts", paths { "host", "mounts[/1]" })
   end)

   it("refuses to leave out everything", function()
      local status, err = diff.run { a = "a", b = "b", exclude = { "hostname", "" } }
      assert.is_nil(status)
      assert.equal("invalid_argument", err.code)
      assert.matches('--exclude: "" is not a path', err.message, 1, true)
   end)

   it("is a table with a column for each", function()
      assert.equal("PATH             one                        two\n"
         .. "hostname         a                          b\n"
         .. "mounts (order)   [mounts[/1], mounts[/2]]   [mounts[/2], mounts[/1]]\n",
         diff.table(diff.rows(a, b), "one", "two"))
   end)
end)

describe("neap explain", function()
   it("is a table of who set what", function()
      assert.equal("PATH       VALUE   SET BY    CONCERN\n"
         .. "hostname   -       default   hostname\n"
         .. "strange    x\\n     env       -\n",
         explain.table {
            { path = "hostname", option = "default", concern = "hostname" },
            { path = "strange", value = "x\n", option = "env" },
         })
   end)
end)
