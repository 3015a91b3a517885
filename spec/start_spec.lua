-- A start that fails half way, against a containerd that is scripted.

local neap = require "neap"

describe("a start", function()
   local T <const>, C <const> = "containerd.services.tasks.v1.Tasks/",
      "containerd.services.containers.v1.Containers/"
   local server, client, container

   before_each(function()
      server = require "support.server".start()
      server:stream("containerd.services.events.v1.Events/Subscribe")
      server:answer(C .. "Create", { container = { id = "c", created_at = 5,
         runtime = { name = "io.containerd.runhcs.v1" },
         spec = { type_url = "types.containerd.io/opencontainers/runtime-spec/1/Spec",
            value = { process = { args = { "true" } } } } } })
      server:answer(T .. "Create", { container_id = "c", pid = 7 })
      client = neap.connect { address = server.address, namespace = "n" }
      container = client:create { id = "c", runtime = "io.containerd.runhcs.v1",
         spec = { process = { args = { "true" }, cwd = "C:\\" }, root = { path = "x" } } }
   end)
   after_each(function()
      client:close()
      server:__close()
      os.execute("rm -rf " .. require "neap.bundle".path {
         engine = server.address, namespace = "n", id = "c" }:match "^(.*)/n/c$")
   end)

   it("that containerd refuses deletes what it made, and says why", function()
      server:fail(T .. "Start", 2, "no such thing")
      server:answer(T .. "Delete", { id = "c" })
      local task, err = container:start()
      assert.is_nil(task)
      assert.same({ "unknown", 125, nil }, { err.code, err.status, err.left })
      assert.equal(1, server:calls(T .. "Delete"))
      assert.equal("none", container.status)
   end)

   it("that cannot be taken back says what is left", function()
      server:fail(T .. "Start", 2, "no such thing")
      server:fail(T .. "Delete", 2, "cannot delete a running process")
      server:answer(T .. "Get", { process = { id = "c", pid = 7, status = "STOPPED" } })
      local task, err = container:start()
      assert.is_nil(task)
      assert.matches("no such thing", err.message)
      assert.same({ "task c" }, err.left)
      assert.equal(4, server:calls(T .. "Delete"))
   end)

   --- What containerd says of a shim that ends.
   local ENDING <const> = "failed to start shim: start failed: "
      .. "dial unix /run/containerd/s/ab12: connect: connection refused: unknown"

   it("that meets a shim that ends is tried again", function()
      server:fail(T .. "Create", 2, ENDING)
      server:answer(T .. "Start", { pid = 7 })
      local starting = neap.spawn(container.start, container)
      while server:calls(T .. "Create") == 0 do neap.sleep(0.01) end
      server:answer(T .. "Create", { container_id = "c", pid = 7 })
      local task, err = starting:join()
      if not task then error(err) end
      assert.equal(2, server:calls(T .. "Create"))
      assert.equal(7, task.pid)
   end)

   it("that meets a shim that never ends fails in the end, and asks no more", function()
      server:fail(T .. "Create", 2, ENDING)
      local task, err = container:start()
      assert.is_nil(task)
      assert.same({ "unavailable", "container.start", nil }, { err.code, err.op, err.left })
      assert.equal(4, server:calls(T .. "Create"))
      assert.equal(0, server:calls(T .. "Get") + server:calls(T .. "Delete"))
      assert.equal("none", container.status)
   end)

   --- Start it where Tasks/Create first fails so, and then does not.
   local function start_after(message, starter)
      server:fail(T .. "Create", 2, message)
      server:answer(T .. "Start", { pid = 7 })
      local starting = neap.spawn(starter.start, starter)
      while server:calls(T .. "Create") == 0 do neap.sleep(0.01) end
      server:answer(T .. "Create", { container_id = "c", pid = 7 })
      return starting:join()
   end

   for how, text in pairs {
      stands = "mkdir /run/x/n/c: file exists",
      goes = "start failed: : fork/exec /usr/bin/a-shim: no such file or directory",
      went = "start failed: io.containerd.runc.v2: getwd: no such file or directory: exit status 1",
   } do
      it("whose directory " .. how .. " is tried again", function()
         local task, err = start_after("failed to start shim: " .. text .. ": unknown", container)
         if not task then error(err) end
         assert.equal(2, server:calls(T .. "Create"))
         assert.equal(0, server:calls(T .. "Get"))
      end)
   end

   --- What it says where the shim went that it asked.
   local CLOSED <const> = "failed to create shim task: ttrpc: closed: unknown"

   it("whose shim goes away is tried again once it is sure that there is no task", function()
      server:fail(T .. "Get", 5, "no running task found")
      local task, err = start_after(CLOSED, container)
      if not task then error(err) end
      assert.equal(2, server:calls(T .. "Create"))
      assert.equal(1, server:calls(T .. "Get"))
   end)

   it("whose shim goes away is not tried again where that is not sure", function()
      server:fail(T .. "Get", 13, "nobody knows")
      local task, err = start_after(CLOSED, container)
      assert.is_nil(task)
      assert.same({ "unavailable", { "task c" } }, { err.code, err.left })
      assert.equal(1, server:calls(T .. "Create"))
   end)

   it("whose shim goes away leaves another's task alone", function()
      server:answer(C .. "Get", { container = server:message(C .. "Create", 1).container })
      local others <close> = neap.connect { address = server.address, namespace = "n" }
      local known, unknown = others:load "c"
      if not known then error(unknown) end
      server:answer(T .. "Get", { process = { id = "c", pid = 9, status = "RUNNING" } })
      local task, err = start_after(CLOSED, known)
      assert.is_nil(task)
      assert.same({ "unavailable", nil }, { err.code, err.left })
      assert.equal(1, server:calls(T .. "Create"))
      assert.equal(0, server:calls(T .. "Delete") + server:calls(T .. "Kill"))
   end)

   it("that is cancelled meanwhile is not tried again", function()
      server:fail(T .. "Create", 2, ENDING)
      local starting = neap.spawn(container.start, container)
      while server:calls(T .. "Create") == 0 do neap.sleep(0.01) end
      starting:cancel()
      assert.equal("cancelled", select(2, starting:join()).code)
      assert.equal(1, server:calls(T .. "Create"))
   end)

   it("where another's task is leaves that alone", function()
      server:fail(T .. "Create", 6, "task c: already exists")
      local task, err = container:start()
      assert.is_nil(task)
      assert.equal("already_exists", err.code)
      assert.equal(0, server:calls(T .. "Delete") + server:calls(T .. "Kill"))
   end)
end)
