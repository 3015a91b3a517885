-- A queue of events, of a containerd that is scripted.

local core = require "neap.core"
local neap = require "neap"

describe("a listener", function()
   local server, client

   setup(function()
      server = require "support.server".start()
      server:stream "containerd.services.events.v1.Events/Subscribe"
      client = neap.connect { address = server.address }
   end)

   teardown(function()
      client:close()
      server:__close()
   end)

   -- What is there already is taken without a wait, and a fiber may end by it.
   it("gives what is there to a fiber that ends then, once", function()
      local fibers = core.fibers()
      local taken = {}
      for i = 1, 3 do
         local source = core.listen(client, 8)
         source:close()
         core.spawn(function() taken[i] = select("#", source:take()) end)
      end
      for _ = 1, 3 do core.sleep(0) end
      assert.same({ 0, 0, 0 }, taken)
      assert.equal(fibers, core.fibers())
   end)

   it("gives it to a fiber that waits for something else next", function()
      local source = core.listen(client, 8)
      source:close()
      local fiber = core.spawn(function()
         source:take()
         return core.condition():wait { timeout = 0.001 }
      end)
      local _, err = fiber:join()
      assert.equal("deadline_exceeded", err.code)
   end)

   it("says what it listens to, and whether it still does", function()
      local subscription = client:on("exit", print)
      local events = client:events { topic = "/tasks/*" }
      local all <close> = client:events()
      assert.same({
         "neap.subscription exit (open)", "neap.events /tasks/* (open)", "neap.events * (open)",
      }, { tostring(subscription), tostring(events), tostring(all) })
      subscription:close()
      events:close()
      assert.same({ "neap.subscription exit (closed)", "neap.events /tasks/* (closed)" },
         { tostring(subscription), tostring(events) })
   end)
end)
