local spec = require "neap.spec"
local oci = require "support.oci"

local config, new = oci.config, oci.new
local context = { namespace = "default" }

describe("neap.spec with concerns of the user's own", function()
   it("has one in the place of another, and leaves one out", function()
      local made = new {
         hostname = "given", cap_add = { "SYS_ADMIN" },
         concerns = {
            capabilities = false,
            hostname = function(target, options, inner)
               target.hostname = options.hostname .. "." .. inner.namespace
            end,
         },
      }

      assert.equal("given.default", made.hostname)
      assert.is_nil(made.process.capabilities)
   end)

   it("is refused where one says why", function()
      local made, err = spec.new(config {
         concerns = { paths = function() return nil, "paths: never" end },
      }, context)

      assert.is_nil(made)
      assert.same({ "invalid_argument", "paths: never" }, { err.code, err.message })
   end)
end)
