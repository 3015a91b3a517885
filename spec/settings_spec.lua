local settings = require "neap.settings"

local function env(variables)
   return function(name) return variables[name] end
end

describe("neap.settings.resolve", function()
   it("puts an option before its variable", function()
      local found = settings.resolve(
         { address = "/a.sock", namespace = "n", log_level = "debug", trace = "/t" },
         env {
            CONTAINERD_ADDRESS = "/b.sock", CONTAINERD_NAMESPACE = "m", NEAP_LOG = "warn",
            NEAP_TRACE = "/u",
         }
      )

      assert.same({
         address = "/a.sock", namespace = "n", log_level = "debug", trace = "/t",
         json = false,
      }, found)
   end)

   it("reads variables, and takes an empty one for unset", function()
      local found = settings.resolve({}, env {
         CONTAINERD_ADDRESS = "", NEAP_ENGINE = "/engine", CONTAINERD_NAMESPACE = "m",
      })

      assert.same({ engine = "/engine", namespace = "m", json = false }, found)
   end)

   it("lets --engine override a variable's address, and the reverse", function()
      local engine = settings.resolve({ engine = "/e" }, env { CONTAINERD_ADDRESS = "/a" })
      local address = settings.resolve({ address = "/a" }, env { NEAP_ENGINE = "/e" })

      assert.same({ engine = "/e", json = false }, engine)
      assert.same({ address = "/a", json = false }, address)
   end)

   local wrong = {
      { "--address with --engine", { address = "/a", engine = "/e" }, {}, "exclude" },
      { "both variables", {}, { CONTAINERD_ADDRESS = "/a", NEAP_ENGINE = "/e" }, "both set" },
      { "an empty address", { address = "" }, {}, "--address is empty" },
      { "an empty namespace", { namespace = "" }, {}, "--namespace is empty" },
      { "an unknown level", { log_level = "wran" }, {}, "--log%-level.*\"warn\"" },
      { "an unknown level in NEAP_LOG", {}, { NEAP_LOG = "loud" }, "^NEAP_LOG" },
   }
   for _, case in ipairs(wrong) do
      it("refuses " .. case[1], function()
         local found, why = settings.resolve(case[2], env(case[3]))

         assert.is_nil(found)
         assert.matches(case[4], why)
      end)
   end
end)
