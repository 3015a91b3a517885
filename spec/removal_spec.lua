-- The ladder of a forced deletion against a containerd that does not obey.

local defaults = require "neap.defaults"
local neap = require "neap"

describe("a forced deletion", function()
   local T <const>, C <const> = "containerd.services.tasks.v1.Tasks/",
      "containerd.services.containers.v1.Containers/"
   local server, client, container

   before_each(function()
      server = require "support.server".start()
      server:stream("containerd.services.events.v1.Events/Subscribe")
      server:answer(C .. "Get", { container = { id = "c", created_at = 5,
         runtime = { name = "io.containerd.runc.v2" }, labels = {},
         spec = { type_url = "types.containerd.io/opencontainers/runtime-spec/1/Spec",
            value = { process = { args = { "true" } } } } } })
      server:answer(T .. "Get", { process = { id = "c", pid = 7, status = "STOPPED",
         exit_status = 3, exited_at = 9 } })
      server:answer(T .. "Delete", { id = "c", pid = 7, exit_status = 3, exited_at = 9 })
      server:answer(C .. "Delete", {})
      client = neap.connect { address = server.address, namespace = "n" }
      container = client:load "c"
   end)
   after_each(function()
      client:close()
      server:__close()
   end)

   it("tries thrice to delete the task, and says what stays", function()
      server:fail(T .. "Delete", 2, "device or resource busy")
      local ok, err = container:delete { force = true }
      assert.is_nil(ok)
      assert.same({ "task c", "record c" }, err.left)
      assert.matches("busy", err.message)
      assert.equal(3, server:calls(T .. "Delete"))
      assert.equal(0, server:calls(C .. "Delete"))

      server:answer(T .. "Delete", { id = "c", pid = 7, exit_status = 3, exited_at = 9 })
      assert.is_true(container:delete { force = true }) -- and later it works
   end)

   it("kills all, and goes on where the exit does not come in time", function()
      assert.equal(10, defaults.delete.kill_timeout)
      local patience = defaults.delete
      defaults.delete = setmetatable({ kill_timeout = 0.05 }, { __index = patience })
      finally(function() defaults.delete = patience end)
      server:answer(T .. "Get", { process = { id = "c", pid = 7, status = "RUNNING" } })
      server:answer(T .. "Kill", {})
      server:fail(T .. "Delete", 2, "cannot delete a running process")
      local ok, err = container:delete { force = true }
      assert.is_nil(ok)
      assert.same({ "failed_precondition", { "task c", "record c" } }, { err.code, err.left })
      local sent = server:message(T .. "Kill", 1)
      assert.same({ "c", 9, true }, { sent.container_id, sent.signal, sent.all })
      assert.same({ 1, 3, 0 }, { server:calls(T .. "Kill"), server:calls(T .. "Delete"),
         server:calls(C .. "Delete") })
   end)

   it("says so where the record stays", function()
      server:fail(C .. "Delete", 2, "disk is full")
      local ok, err = container:delete { force = true }
      assert.is_nil(ok)
      assert.same({ "record c" }, err.left)
   end)

   it("counts what is gone already as done", function()
      server:fail(T .. "Get", 5, "no such task")
      server:fail(C .. "Delete", 5, "no such container")
      server:answer(T .. "List", { tasks = {} })
      assert.is_true(container:delete { force = true })
      assert.equal(0, server:calls(T .. "Delete"))
   end)

   it("passes a failure to ask on, with all that may be left", function()
      local patience = defaults.outage
      defaults.outage = 0.05
      finally(function() defaults.outage = patience end)
      server:fail(T .. "Get", 14, "away")
      local ok, err = container:delete { force = true }
      assert.is_nil(ok)
      assert.equal("unavailable", err.code)
      assert.same({ "task c", "record c" }, err.left)
   end)
end)
