local loglevel = require "neap.loglevel"

describe("neap.loglevel", function()
   it("reads every level, in any case", function()
      for _, name in ipairs { "error", "warn", "info", "debug", "trace" } do
         assert.equal(name, loglevel.parse(name))
         assert.equal(name, loglevel.parse(name:upper()))
      end
   end)

   it("names what is allowed, and the level that was meant", function()
      local level, why = loglevel.parse "debig"

      assert.is_nil(level)
      assert.equal(
         '"debig" is no log level (error, warn, info, debug, trace), did you mean "debug"?', why
      )
      assert.is_nil((loglevel.parse(nil)))
   end)

   it("keeps containerd quieter than Neap unless a fault is sought", function()
      assert.equal("warn", loglevel.containerd "info")
      assert.equal("error", loglevel.containerd "error")
      assert.equal("debug", loglevel.containerd "debug")
      assert.equal("trace", loglevel.containerd "trace")
   end)

   it("lets the Windows shim debug at debug exactly", function()
      assert.is_true(loglevel.shim_debug "debug")
      assert.is_false(loglevel.shim_debug "trace")
      assert.is_false(loglevel.shim_debug(nil))
   end)
end)
