local core = require "neap.core"
local support = require "support.fibers"

after_each(support.reset)

describe("objects", function()
   it("have a table of their own", function()
      local fiber = core.spawn(function() end)
      core.state(fiber).note = "kept"
      assert.equal("kept", core.state(fiber).note)
      assert.is_nil(core.state(core.condition()).note)
      assert.has_error(function() core.state(io.stdout) end)
      assert.has_error(function() core.state {} end)
   end)

   it("have classes that Lua can add to", function()
      core.classes.condition.answer = function() return 42 end
      assert.equal(42, core.condition():answer())
      core.classes.condition.answer = nil
   end)
end)
