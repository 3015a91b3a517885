-- What each operation costs, by containerd's own counters.

local live = require "support.live"

describe("the cost of", function()
   local client

   before_each(function() client = live.client() end)
   after_each(function() client:close() end)

   --- Assert that `fn` costs just `expected`, and answer what it answers.
   local function costs(expected, fn, ...)
      local calls, first, second = live.count(fn, ...)
      if first == nil then error(second) end
      assert.same(expected, calls)
      return first, second
   end

   local function sleeper(changes) return live.config({ "sleep", "1000" }, changes) end

   it("connecting and closing is nothing", function()
      costs({}, function()
         local _other <close> = live.client()
         return true
      end)
   end)

   it("create is 1, start 2, wait and reading the record 0", function()
      local container = costs({ ["Containers/Create"] = 1 }, function()
         return client:create { rootfs = live.rootfs(), args = { "true" } }
      end)
      local task = costs({ ["Tasks/Create"] = 1, ["Tasks/Start"] = 1 }, function()
         return container:start()
      end)
      costs({}, function() return task:wait() end)
      costs({}, function()
         return container.id and container.labels and container.spec and container.created_at
            and container.runtime and container.status
      end)
      costs({ ["Tasks/Delete"] = 1 }, function() return task:delete() end)
      costs({ ["Containers/Delete"] = 1 }, function() return container:delete() end)
   end)

   it("run to exit and clean up is 5", function()
      local result = costs({
         ["Containers/Create"] = 1, ["Tasks/Create"] = 1, ["Tasks/Start"] = 1,
         ["Tasks/Delete"] = 1, ["Containers/Delete"] = 1,
      }, function()
         return client:run { rootfs = live.rootfs(), args = { "echo", "five" } }
      end)
      assert.equal("five\n", result.stdout)
   end)

   it("run with stdin is 6", function()
      local result = costs({
         ["Containers/Create"] = 1, ["Tasks/Create"] = 1, ["Tasks/Start"] = 1,
         ["Tasks/CloseIO"] = 1, ["Tasks/Delete"] = 1, ["Containers/Delete"] = 1,
      }, function()
         local source = require("neap").source.string "six"
         return client:run { rootfs = live.rootfs(), args = { "cat" }, stdin = source }
      end)
      assert.equal("six", result.stdout)
   end)

   it("exec to exit and clean up is 3, and 4 with stdin", function()
      local container = client:create(sleeper())
      local task = container:start()
      costs({ ["Tasks/Exec"] = 1, ["Tasks/Start"] = 1, ["Tasks/DeleteProcess"] = 1 }, function()
         local process = task:exec { args = { "true" } }
         assert.equal(0, process:wait().code)
         return process:delete()
      end)
      local output = costs({
         ["Tasks/Exec"] = 1, ["Tasks/Start"] = 1, ["Tasks/CloseIO"] = 1,
         ["Tasks/DeleteProcess"] = 1,
      }, function()
         local process = task:exec { args = { "cat" }, stdin = "pipe", stdout = "pipe" }
         process:write "four"
         process:close_stdin()
         local read = process:read "a"
         process:wait()
         process:delete()
         return read
      end)
      assert.equal("four", output)
      container:delete { force = true }
   end)

   it("what changes or asks a running task is 1 each", function()
      local container = client:create(sleeper { terminal = true })
      local task = container:start { stdout = "null" }
      local steps = {
         { "Tasks/Pause", function() return task:pause() end },
         { "Tasks/Resume", function() return task:resume() end },
         { "Tasks/ResizePty", function() return task:resize(100, 30) end },
         { "Tasks/Metrics", function() return task:stats() end },
         { "Tasks/ListPids", function() return task:pids() end },
         { "Tasks/ListPids", function() return task:processes() end },
         { "Tasks/ListPids", function() return task:summary() end },
         { "Tasks/Update", function() return task:update { pids = 50 } end },
         { "Containers/Update", function() return container:update { labels = { a = "b" } } end },
         { "Containers/Get", function() return container:refresh() end },
         { "Containers/Get", function() return client:load(container.id) end },
         { "Tasks/Kill", function() return task:kill "WINCH" end },
      }
      for _, step in ipairs(steps) do costs({ [step[1]] = 1 }, step[2]) end
      costs({}, function() return task:status() end)
      costs({}, function() return container:task() end)
      container:delete { force = true }
   end)

   it("a forced deletion of a running container is 3", function()
      local container = client:create(sleeper())
      container:start()
      costs({ ["Tasks/Kill"] = 1, ["Tasks/Delete"] = 1, ["Containers/Delete"] = 1 }, function()
         return container:delete { force = true }
      end)
      costs({}, function() return container:delete { force = true } end)
   end)

   it("listing containers is 1, restoring them with their tasks 2", function()
      local all = {}
      for i = 1, 3 do all[i] = client:create(sleeper { labels = { of = "costs" } }) end
      for i = 1, 2 do all[i]:start() end
      costs({ ["Containers/ListStream"] = 1 }, function()
         local found = client:containers { ["labels.of"] = "costs" }
         assert.equal(3, #found)
         return found
      end)

      local other <close> = live.client()
      costs({ ["Containers/ListStream"] = 1, ["Tasks/List"] = 1 }, function()
         local found = other:restore { filter = { ["labels.of"] = "costs" } }
         for _, container in ipairs(found) do assert.is_not_nil(container.status) end
         assert.equal(3, #found)
         return found
      end)
      for _, container in ipairs(all) do container:delete { force = true } end
   end)

   it("finding a task is 1", function()
      local container = client:create(sleeper())
      container:start()
      local other <close> = live.client()
      local loaded = other:load(container.id)
      local task = costs({ ["Tasks/Get"] = 1 }, function() return loaded:task() end)
      costs({}, function() return loaded:task() end)
      assert.equal(container:task().pid, task.pid)
      container:delete { force = true }
   end)

   it("the first waits on adopted tasks is 2 for all of them, once per client", function()
      local all = {}
      for i = 1, 3 do
         all[i] = client:create(sleeper { labels = { of = "adopted" } })
         all[i]:start()
      end
      local other <close> = live.client()
      local found = other:restore { filter = { ["labels.of"] = "adopted" } }
      costs({ ["Events/Publish"] = 1, ["Tasks/List"] = 1 }, function()
         return found[1]:task():status()
      end)
      costs({}, function()
         for _, container in ipairs(found) do
            assert.equal("running", container:task():status())
         end
         return true
      end)
      costs({ ["Tasks/Kill"] = 1 }, function()
         found[2]:task():kill "KILL"
         return assert.equal(137, found[2]:task():wait().code)
      end)
      for _, container in ipairs(all) do container:delete { force = true } end
   end)

   it("settling after a lost event stream is the same 2", function()
      local daemon = live.daemon()
      finally(function() daemon:stop() end)
      local lost <close> = daemon:client()
      local tasks = {}
      for i = 1, 2 do tasks[i] = lost:create(sleeper()):start() end
      daemon:kill()
      daemon:start()
      local calls = daemon:count(function()
         local answers, err = require("neap").all {
            function() return tasks[1]:wait { timeout = 20 } end,
            function()
               -- It settles both; then the first is killed from outside.
               live.wait_until(function() return tasks[2]:status() == "running" end)
               daemon:ctr("tasks", "kill", "--signal", "KILL", tasks[1].id)
               return true
            end,
         }
         return answers or error(err)
      end)
      assert.equal(1, calls["Tasks/List"])
      assert.is_true(calls["Events/Publish"] >= 1)
      for _, task in ipairs(tasks) do task.container:delete { force = true } end
   end)
end)
