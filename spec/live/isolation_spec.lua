-- Two engines do not meet: the same namespace and id on both.

local live = require "support.live"
local neap = require "neap"
local engine = require "neap.engine"

describe("the same namespace and id on two engines", function()
   local places, clients = {}, {}

   setup(function()
      for i = 1, 2 do
         places[i] = { dir = live.path "engine", run = live.path "run" }
         local status, err = engine.start(places[i])
         if not status then error(err) end
         clients[i] = neap.connect { address = status.address, namespace = live.namespace }
      end
   end)
   teardown(function()
      for i, place in ipairs(places) do
         clients[i]:close()
         engine.stop { dir = place.dir, run = place.run, force = true }
      end
   end)

   local function start(client)
      local container, err = client:create {
         id = "same", rootfs = live.fresh_rootfs(), args = { "sleep", "1000" }, memory = "32m",
      }
      if not container then error(err) end
      local task, unstarted = container:start { stdin = "pipe", stdout = "pipe" }
      if not task then error(unstarted) end
      return container, task
   end

   local function cgroups_of(task)
      local file <close> = assert(io.open(("/proc/%d/cgroup"):format(task.pid)))
      return file:read "a"
   end

   it("both run, and deleting either leaves the other running", function()
      for first = 1, 2 do
         local other = 3 - first
         local containers, tasks = {}, {}
         for i = 1, 2 do containers[i], tasks[i] = start(clients[i]) end
         assert.not_equal(cgroups_of(tasks[1]), cgroups_of(tasks[2]))
         assert.equal(1, #tasks[1]:pids())

         assert.equal(true, containers[first]:delete { force = true })
         assert.equal("running", tasks[other]:status())
         assert.same({ tasks[other].pid }, tasks[other]:pids())
         local process = tasks[other]:exec { args = { "echo", "alive" }, stdout = "pipe" }
         assert.equal("alive\n", process:read "a")
         assert.is_true(tasks[other]:stats().memory ~= nil)
         assert.equal(true, containers[other]:delete { force = true })
      end
   end)

   it("run side by side as often as one likes", function()
      local jobs = {}
      for i = 1, 8 do jobs[i] = i end
      local results, errors = neap.map(jobs, 8, function(i)
         return clients[i % 2 + 1]:run {
            id = "job" .. (i + 1) // 2, rootfs = live.rootfs(), args = { "echo", tostring(i) },
         }
      end)
      assert.is_nil(errors)
      for i in ipairs(jobs) do assert.equal(i .. "\n", results[i].stdout) end
   end)
end)
