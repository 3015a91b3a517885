-- client.leases and the like, of a containerd that is scripted.

local neap = require "neap"

describe("a service", function()
   local server, client

   setup(function()
      server = require "support.server".start()
      client = neap.connect { address = server.address }
   end)

   teardown(function()
      client:close()
      server:__close()
   end)

   it("says its name", function() assert.equal("neap.service leases", tostring(client.leases)) end)

   it("answers what containerd does", function()
      server:answer("containerd.services.leases.v1.Leases/Create", { lease = { id = "one" } })
      assert.same({ 1, "one" }, {
         select("#", client.leases:create { id = "one" }), client.leases:create({}).lease.id,
      })
   end)

   it("names the call that failed, whether it was sent or not", function()
      server:fail("containerd.services.leases.v1.Leases/Delete", 5, "no lease")
      local answer, err = client.leases:delete { id = "one" }
      assert.same({ nil, "leases.delete", "not_found" }, { answer, err.op, err.code })
      answer, err = client.leases:add_resource { ids = "one" }
      assert.same({ nil, "leases.add_resource", "invalid_argument" }, { answer, err.op, err.code })
      answer, err = client.content:read { digset = "one" }
      assert.same({ nil, "content.read", "invalid_argument" }, { answer, err.op, err.code })
   end)
end)
