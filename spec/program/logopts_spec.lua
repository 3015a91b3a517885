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

   it("leaves a number that is not plain for the settings to refuse", function()
      local settings = require "neap.logs.settings"
      for _, number in ipairs { "0x3", "3.0", "1e1", " 3", "-1", "" } do
         for _, name in ipairs { "max-file", "fsync" } do
            local config = logopts.config(nil, { "max-size=1k", name .. "=" .. number })
            local made, why = settings.parse(config, {})

            assert.is_nil(made)
            assert.matches("log." .. name:gsub("%-", "_"), why, 1, true)
         end
      end
   end)

   it("has each option in its help", function()
      local help = logopts.options[2].help
      for _, name in ipairs {
         "max-size", "max-file", "compress", "mode", "path", "fsync", "backlog",
      } do
         assert.matches(name, help, 1, true)
      end
   end)

   it("names what it does not know", function()
      for given, why in pairs {
         ["maxsize=1"] = '--log-opt: maxsize=1 is not known, did you mean "max-size"?',
         ["max-size"] = "--log-opt: max-size: needs NAME=VALUE",
         ["=1"] = "--log-opt: =1: needs NAME=VALUE",
         ["mode=fast"] = "--log-opt: mode: what is fast?",
         ["compress=1"] = "--log-opt: compress: what is 1?",
      } do
         local config, said = logopts.config(nil, { given })

         assert.is_nil(config)
         assert.equal(why, said:sub(1, #why))
      end
   end)
end)
