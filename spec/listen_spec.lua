-- Handlers of events, of a containerd that says what it is told to say.

local core = require "neap.core"
local defaults = require "neap.defaults"
local neap = require "neap"

local SUBSCRIBE <const> = "containerd.services.events.v1.Events/Subscribe"
local LONG <const> = 1000

describe("a handler", function()
   local server, client
   local buffer = defaults.event_buffer

   before_each(function()
      server = require "support.server".start()
      server:stream(SUBSCRIBE)
      client = neap.connect { address = server.address }
   end)
   after_each(function()
      defaults.event_buffer = buffer
      client:close()
      server:__close()
   end)

   local function wait_until(done)
      for _ = 1, 1000 do
         if done() then return end
         neap.sleep(0.01)
      end
      error("did not come true in time", 2)
   end

   --- Listen to execs, and have the server know it.
   local function on(fn)
      local subscription = client:on("exec-*", fn)
      wait_until(function() return server:open(SUBSCRIBE) == 1 end)
      return subscription
   end

   --- Say that exec `exec` of container `id` was added.
   local function say(id, exec)
      server:send(SUBSCRIBE, {
         timestamp = 5, namespace = "default", topic = "/tasks/exec-added",
         event = {
            type_url = "containerd.events.TaskExecAdded",
            value = { container_id = id, exec_id = exec },
         },
      })
   end

   it("is called in order for one container, while it waits for another", function()
      local heard = {}
      local subscription = on(function(event)
         heard[#heard + 1] = event.id .. event.process
         if event.id == "slow" then neap.sleep(LONG) end
      end)
      say("slow", "1")
      say("slow", "2")
      for i = 1, 3 do say("quick", tostring(i)) end
      wait_until(function() return #heard == 4 end)
      table.sort(heard)
      assert.same({ "quick1", "quick2", "quick3", "slow1" }, heard)
      subscription:close()
   end)

   it("misses the oldest where too many wait, and is told how many", function()
      defaults.event_buffer = 4
      local heard, go = {}, core.condition()
      local counts = {}
      local subscription = on(function(event)
         heard[#heard + 1] = event.process
         counts[event.process] = event.dropped
         if event.id == "c" and event.process == "1" then go:wait() end
      end)
      say("c", "1")
      wait_until(function() return heard[1] end)
      for i = 2, 10 do say("c", tostring(i)) end
      say("mark", "m") -- when that is heard, all before wait in their queue
      wait_until(function() return heard[2] end)
      assert.same({ "1", "m" }, heard)
      go:notify()
      wait_until(function() return heard[#heard] == "10" end)
      assert.same({ "1", "m", "7", "8", "9", "10" }, heard)
      assert.same({ ["7"] = 5 }, counts)
      subscription:close()
   end)

   it("is called no more once it is closed, from within too", function()
      local heard, subscription = {}, nil
      subscription = on(function(event)
         heard[#heard + 1] = event.process
         subscription:close()
      end)
      local after = {}
      client:on("exec-*", function(event) after[#after + 1] = event.process end)
      for i = 1, 3 do say("c", tostring(i)) end
      wait_until(function() return #after == 3 end)
      assert.same({ { "1" }, { "1", "2", "3" } }, { heard, after })
      assert.same({ true, true }, { subscription:close(), subscription:close() })
   end)
end)
