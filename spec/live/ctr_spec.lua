-- ctr and Neap on one containerd: each sees and drives what the other makes.

local live = require "support.live"
local shell = require "support.shell"

describe("ctr", function()
   local client, before

   setup(function() client, before = live.connected() end)
   teardown(function() client:close() end)
   after_each(function() assert.same(before, live.leftovers(before)) end)

   --- ctr, whose failure is the spec's.
   local function ctr(...)
      local said, complaint = live.ctr(...)
      if not said then error(complaint, 2) end
      return said
   end

   local function ctr_run(id, ...)
      ctr("run", "--detach", "--rootfs", "--label", "by=ctr", live.rootfs(), id, ...)
   end

   it("sees and drives what Neap makes", function()
      local container, err = client:create {
         id = "ours", rootfs = live.rootfs(), args = { "sleep", "1000" }, labels = { by = "neap" },
      }
      if not container then error(err) end
      local task = container:start()
      assert.equal("ours\n", ctr("containers", "list", "--quiet", "labels.by==neap"))
      assert.matches(("ours%%s+%d%%s+RUNNING"):format(task.pid), ctr("tasks", "list"))
      assert.matches('"io.containerd.runc.v2"', ctr("containers", "info", "ours"), 1, true)
      assert.equal("from ctr\n",
         ctr("tasks", "exec", "--exec-id", "x", "ours", "/bin/echo", "from ctr"))

      ctr("tasks", "pause", "ours")
      live.wait_until(function() return task:status() == "paused" end)
      ctr("tasks", "resume", "ours")
      live.wait_until(function() return task:status() == "running" end)
      ctr("containers", "label", "ours", "by=both")
      assert.equal(true, container:refresh())
      assert.equal("both", container.labels.by)

      ctr("tasks", "kill", "--signal", "KILL", "ours")
      assert.same({ 137, 9 }, { task:wait().code, task:wait().signal })
      ctr("tasks", "delete", "ours")
      live.wait_until(function() return container.status == "none" end)
      local gone
      gone, err = container:task()
      assert.same({ nil, "not_found" }, { gone, err.code })
      for _, method in ipairs { "kill", "status", "pause" } do
         gone, err = task[method](task)
         assert.same({ method, nil, "not_found" }, { method, gone, err and err.code })
      end
      assert.equal(137, task:wait().code)

      ctr("containers", "delete", "ours")
      local ok
      ok, err = container:delete()
      assert.same({ nil, "not_found" }, { ok, err.code })
      assert.equal(true, container:delete { force = true })
   end)

   it("'s container is loaded, waited for, killed and deleted", function()
      ctr_run("theirs", "/bin/sh", "-c",
         "trap 'exit 7' TERM; : >/tmp/heeds; while :; do sleep 0.01; done")
      local container, err = client:load "theirs"
      if not container then error(err) end
      assert.same({ "ctr", "theirs" }, { container.labels.by, container.id })
      assert.equal("/bin/sh", container.spec.process.args[1])

      local task
      task, err = container:task()
      if not task then error(err) end
      assert.is_true(task.pid > 0)
      assert.equal("running", task:status())
      local process = task:exec { args = { "/bin/sh", "-c",
         "until [ -e /tmp/heeds ]; do sleep 0.01; done; echo from neap" }, stdout = "pipe" }
      assert.equal("from neap\n", process:read "a")
      assert.equal(0, process:wait().code)
      process:delete()

      local late
      late, err = task:wait { timeout = 0.01 }
      assert.same({ nil, "deadline_exceeded" }, { late, err.code })
      assert.equal(true, task:kill())
      assert.equal(7, task:wait().code)
      assert.equal(7, task:delete().code)
      assert.equal(true, container:delete())
      assert.equal("", ctr("containers", "list", "--quiet"))
   end)

   it("'s container is found by its labels, and ended by force", function()
      ctr_run("forced", "/bin/sleep", "1000")
      local found = client:containers { ["labels.by"] = "ctr" }
      assert.equal(1, #found)
      assert.equal(true, found[1]:delete { force = true })
   end)

   it("'s exit is heard, whoever caused it", function()
      ctr_run("ended", "/bin/sleep", "1000")
      local task = client:load("ended"):task()
      local kill = shell.start({ "ctr", "-a", live.address, "-n", live.namespace,
         "tasks", "kill", "--signal", "KILL", "ended" })
      assert.same({ 137, 9 }, { task:wait().code, task:wait().signal })
      assert.equal(0, kill:wait().code)
      assert.equal(true, task.container:delete { force = true })
   end)
end)
