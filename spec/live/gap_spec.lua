-- What happens while containerd is away is known afterwards.

local live = require "support.live"
local neap = require "neap"
local shell = require "support.shell"

describe("in a gap of the event stream", function()
   local daemon, client

   before_each(function()
      daemon = live.daemon()
      client = daemon:client()
   end)
   after_each(function()
      live.disconnect(client)
      daemon:stop()
   end)

   local function started(args)
      local container, err = client:create { rootfs = live.rootfs(), args = args }
      if not container then error(err) end
      return container:start { stdout = "pipe" }
   end

   local function kill(pid) shell.run { "kill", "-KILL", ("%d"):format(pid) } end

   it("a task that ends is waited for, and told of as synthetic", function()
      local task, other = started { "sleep", "1000" }, started { "sleep", "1000" }
      local process = other:exec { args = { "sleep", "1000" } }
      local exits = {}
      local _listening <close> = client:on("exit", function(event)
         exits[event.process] = exits[event.process] or event
      end)
      local events <close> = client:events { topic = "exit", id = task.id }
      local waits = {
         task = function() return task:wait { timeout = 30 } end,
         process = function() return process:wait { timeout = 30 } end,
      }
      local all = neap.spawn(function() return neap.all(waits) end)
      neap.sleep(0)
      daemon:kill()
      kill(task.pid)
      kill(process.pid)
      daemon:start()
      local answers, err = all:join()
      if not answers then error(err) end
      assert.same({ 137, 137 }, { answers.task.code, answers.process.code })
      assert.is_nil(answers.task.lost)
      live.wait_until(function() return exits[task.id] and exits[process.id] end)
      assert.equal(137, exits[task.id].code)
      local event = events:read { timeout = 10 } -- the iterator goes on too
      assert.same({ "/tasks/exit", task.id, 137 }, { event.topic, event.process, event.code })
      assert.equal("running", other:status())
      assert.equal(137, task:delete().code)
      assert.equal(137, process:delete().code)
   end)

   it("tasks that others start or delete are noticed before a record is deleted", function()
      local bare = client:create { rootfs = live.rootfs(), args = { "sleep", "1000" } }
      local task = started { "sleep", "1000" }
      daemon:kill()
      daemon:start()
      local others <close> = daemon:client()
      others:load(bare.id):start()
      others:load(task.id):task():delete { force = true }
      local ok, err = bare:delete()
      assert.is_nil(ok)
      assert.equal("failed_precondition", err.code)
      assert.is_true(task.container:delete())
   end)

   it("a record deleted, and a task started by others, are not mixed up", function()
      local task = started { "sleep", "1000" }
      local container = task.container
      daemon:kill()
      daemon:start()
      -- Another client deletes all of it and makes the same id again.
      local others <close> = daemon:client()
      local theirs = others:load(task.id)
      theirs:delete { force = true }
      local again = others:create { id = task.id, rootfs = live.rootfs(),
         args = { "sleep", "1000" } }
      local fresh = again:start()

      local exit, err = task:wait { timeout = 20 }
      assert.is_truthy(exit and exit.lost or err and err.code == "not_found",
         tostring(err or exit.code))
      assert.equal("not_found", select(2, container:refresh()).code)
      assert.equal("running", fresh:status())
   end)
end)
