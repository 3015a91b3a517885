-- Changes that containerd does not answer in the client's time, against a
-- containerd that is scripted: not torn, and the error says what is open.

local neap = require "neap"

describe("a change that runs out of time", function()
   local TASKS <const>, CONTAINERS <const> = "containerd.services.tasks.v1.Tasks/",
      "containerd.services.containers.v1.Containers/"
   local TIMEOUT <const> = 0.5 -- seconds; of the calls, too, that are answered
   local server, client, container

   local CONFIG <const> = {
      id = "c", runtime = "io.containerd.runhcs.v1", terminal = true,
      spec = { process = { args = { "true" }, cwd = "C:\\" }, root = { path = "x" } },
   }

   before_each(function()
      server = require "support.server".start()
      server:stream "containerd.services.events.v1.Events/Subscribe"
      server:answer(CONTAINERS .. "Create", { container = { id = "c", created_at = 5,
         runtime = { name = "io.containerd.runhcs.v1" },
         spec = { type_url = "types.containerd.io/opencontainers/runtime-spec/1/Spec",
            value = { process = { args = { "true" }, terminal = true } } } } })
      server:answer(TASKS .. "Create", { container_id = "c", pid = 7 })
      server:answer(TASKS .. "Start", { pid = 7 })
      client = neap.connect { address = server.address, namespace = "n", timeout = TIMEOUT }
   end)
   after_each(function()
      client:close()
      server:__close()
      os.execute("rm -rf " .. require "neap.bundle".path {
         engine = server.address, namespace = "n", id = "c" }:match "^(.*)/n/c$")
   end)

   --- Each row's function is called while its method stays unanswered.
   local function run_out(rows)
      local fibers = {}
      for i, row in ipairs(rows) do
         server:hold(row[2])
         fibers[i] = neap.spawn(table.unpack(row, 3))
      end
      for i, row in ipairs(rows) do
         local answer, err = fibers[i]:join()
         assert.is_nil(answer)
         assert.same({ "deadline_exceeded", row[1], "c", true },
            { err.code, err.op, err.id, err.pending }, tostring(err))
         server:release(row[2])
      end
   end

   it("says which it was, and of what: a record's", function()
      run_out { { "container.create", CONTAINERS .. "Create", client.create, client, CONFIG } }
      container = client:create(CONFIG)
      run_out {
         { "container.update", CONTAINERS .. "Update", container.update, container,
            { labels = { a = "b" } } },
         { "container.delete", CONTAINERS .. "Delete", container.delete, container },
      }
   end)

   it("says which it was, and of what: a task's", function()
      container = client:create(CONFIG)
      local task, err = container:start()
      if not task then error(err) end
      run_out {
         { "process.kill", TASKS .. "Kill", task.kill, task },
         { "process.resize", TASKS .. "ResizePty", task.resize, task, 80, 24 },
         { "task.pause", TASKS .. "Pause", task.pause, task },
         { "task.exec", TASKS .. "Exec", task.exec, task, { args = { "true" } } },
      }
   end)

   it("says which it was, and of what: a start", function()
      container = client:create(CONFIG)
      run_out { { "container.start", TASKS .. "Create", container.start, container } }
   end)
end)
