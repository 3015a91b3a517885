-- Waiting for what ends: any number, at any time, the same answer.

local live = require "support.live"
local neap = require "neap"

describe("waiting", function()
   local client, before
   local made = {}

   setup(function() client, before = live.connected() end)
   teardown(function() client:close() end)
   after_each(function()
      while #made > 0 do table.remove(made):delete { force = true } end
      assert.same(before, live.leftovers(before))
   end)

   local function start(script, io)
      local container, err = client:create {
         rootfs = live.rootfs(), args = { "/bin/sh", "-c", script },
      }
      if not container then error(err) end
      table.insert(made, container)
      local task, unstarted = container:start(io)
      if not task then error(unstarted) end
      return task, container
   end

   it("gives any number the same answer, before and after deletion", function()
      local task = start("read line; exit 5", { stdin = "pipe" })
      local fibers = {}
      for i = 1, 20 do fibers[i] = neap.spawn(function() return task:wait() end) end
      neap.sleep(0)
      local calls = live.count(function()
         task:write "on\n"
         for _, fiber in ipairs(fibers) do assert.equal(5, fiber:join().code) end
      end)
      assert.same({}, calls)
      local exit = task:wait()
      assert.same({ 5, nil, nil }, { exit.code, exit.signal, exit.truncated })
      assert.same(exit, task:delete())
      assert.same(exit, task:wait())
      assert.equal(0, task.pid)
   end)

   it("ends with its own time or its own fiber only", function()
      local task = start("read line; exit 6", { stdin = "pipe" })
      local patient = neap.spawn(function() return task:wait() end)
      local cancelled = neap.spawn(function() return task:wait() end)
      local exit, err = task:wait { timeout = 0.001 }
      assert.same({ nil, "deadline_exceeded" }, { exit, err.code })
      cancelled:cancel()
      exit, err = cancelled:join()
      assert.same({ nil, "cancelled" }, { exit, err.code })
      exit, err = neap.timeout(0.001, function() return task:wait() end)
      assert.same({ nil, "deadline_exceeded" }, { exit, err.code })
      task:write "on\n"
      assert.equal(6, patient:join().code)
   end)

   it("of a task that ended at once answers all the same", function()
      local task = start "exit 0"
      live.wait_until(function() return task:status() == "stopped" end)
      assert.equal(0, task:wait().code)
   end)

   it("is answered when the client is closed", function()
      local other = live.client()
      local container = other:create { rootfs = live.rootfs(), args = { "sleep", "1000" } }
      local task = container:start { stdout = "pipe" }
      local fibers = {
         neap.spawn(function() return task:wait() end),
         neap.spawn(function() return task:read() end),
      }
      neap.sleep(0)
      other:close()
      for _, fiber in ipairs(fibers) do
         local answer, err = fiber:join()
         assert.same({ nil, "cancelled" }, { answer, err.code })
      end
      assert.is_false(pcall(function() return other:containers() end))
      assert.equal(true, client:load(container.id):delete { force = true })
   end)

   it("takes what a kill or a stop brings", function()
      local task = start("trap 'exit 9' TERM; echo; while :; do sleep 0.01; done",
         { stdout = "pipe" })
      assert.equal("", task:read "l") -- it heeds no TERM before
      assert.equal(9, task:stop().code)
      local stubborn = start("trap '' TERM; echo; while :; do sleep 0.01; done",
         { stdout = "pipe" })
      assert.equal("", stubborn:read "l") -- runc's own process ends by it
      local exit = stubborn:stop { timeout = 0.01 }
      assert.same({ 137, 9 }, { exit.code, exit.signal })
      local ok, err = stubborn:kill()
      assert.same({ nil, "not_found" }, { ok, err.code })
   end)
end)
