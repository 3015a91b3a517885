local shell = require "support.shell"

describe("support.shell", function()
   it("waits as long as it says, however long its loop has stood still", function()
      shell.run { "/bin/true" }
      os.execute "sleep 1.1"
      assert.equal(0, shell.run({ "/bin/true" }, { timeout = 1 }).code)
   end)
end)
