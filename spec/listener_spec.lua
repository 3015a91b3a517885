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

   it("hears what a list found as synthetic, and then what containerd tells", function()
      local T <const>, E <const> = "containerd.services.tasks.v1.Tasks/",
         "containerd.services.events.v1.Events/"
      local function tell(topic, event)
         server:send(E .. "Subscribe", { timestamp = os.time() + 0.5,
            namespace = client:namespace(), topic = topic, event = event })
      end
      server:answer("containerd.services.containers.v1.Containers/Get",
         { container = { id = "c", created_at = 5 } })
      server:answer(T .. "Get", { process = { id = "c", pid = 7, status = "RUNNING" } })
      server:answer(E .. "Publish", {})
      server:answer(T .. "List", { tasks = {
         { id = "c", pid = 7, status = "STOPPED", exit_status = 6, exited_at = 9 } } })
      local container = client:load "c"
      local task = container:task()
      local events <close> = client:events { topic = "/tasks/*" }
      local waiting = core.spawn(task.wait, task)
      while server:calls(E .. "Publish") == 0 do core.sleep(0.01) end
      local hello = server:message(E .. "Publish", 1)
      tell(hello.topic, hello.event)
      assert.equal(6, waiting:join().code)
      tell("/tasks/oom", { type_url = "containerd.events.TaskOOM",
         value = { container_id = "stranger" } })

      local found, told = events(), events()
      assert.same({ topic = "/tasks/exit", id = "c", process = "c", pid = 7, code = 6,
         time = 9, container = container, synthetic = true }, found)
      assert.same({ topic = "/tasks/oom", id = "stranger", process = "stranger",
         time = told.time, data = { container_id = "stranger" } }, told)
      assert.equal(0.5, told.time % 1)
   end)
end)
