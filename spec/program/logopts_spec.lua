local logopts = require "neap.program.logopts"

describe("neap.program.logopts.config", function()
   it("says nothing where nothing was said", function()
      assert.is_nil(logopts.config(nil, nil))
      assert.is_nil(logopts.config(nil, {}))
   end)

   it("reads docker's options", function()
      assert.same({
         driver = "json-file", max_size = "10m", max_file = 3, compress = true, on_error = "drop",
         fsync = 5, path = "/x=y",
      }, logopts.config("json-file", {
         "max-size=10m", "max-file=3", "compress=true", "mode=non-blocking", "fsync=5", "path=/x=y",
      }))
      assert.same({ on_error = "block", compress = false, fsync = "never" },
         logopts.config(nil, { "mode=blocking", "compress=false", "fsync=never" }))
   end)

   it("names what it does not know", function()
      for given, why in pairs {
         ["maxsize=1"] = '--log-opt: maxsize=1 is not known, did you mean "max-size"?',
         ["max-size"] = "--log-opt: max-size is not known",
         ["mode=fast"] = "--log-opt: mode: what is fast?",
         ["compress=1"] = "--log-opt: compress: what is 1?",
      } do
         local config, said = logopts.config(nil, { given })

         assert.is_nil(config)
         assert.equal(why, said:sub(1, #why))
      end
   end)
end)
