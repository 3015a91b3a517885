-- containerd killed in the middle of each step of a run: an error at once, and
-- nothing left once it is back; or the error says what stays.

local live = require "support.live"
local neap = require "neap"
local defaults = require "neap.defaults"
local uv = require "luv"

local SERVICES <const> = "containerd.services."
local STEPS <const> = require "support.steps"

describe("containerd killed", function()
   local daemon, client, before
   local outage = defaults.outage

   setup(function()
      daemon = live.daemon()
      client, before = daemon:connected()
   end)
   teardown(function()
      client:close()
      daemon:stop()
   end)
   after_each(function() defaults.outage = outage end)
   before_each(function() live.wait_until(function() return client:containers() end) end)

   --- Call `fn`, and kill containerd as soon as `method` is on its way; `after` then.
   local function crash_in(method, after, fn)
      local count, pid = client:count(method), daemon:pid()
      local fiber = neap.spawn(fn)
      while client:count(method) == count do neap.sleep(0) end
      uv.kill(pid, "sigkill")
      daemon:kill() -- until it is gone
      after()
      return fiber:join()
   end

   local function run_until(method, after, options)
      local id, timeout = options and options.id, options and options.timeout
      return crash_in(method, after, function()
         return client:run {
            id = id, rootfs = live.rootfs(), args = { "true" }, timeout = timeout,
         }
      end)
   end

   for step, method in pairs(STEPS) do
      it("in " .. step .. ", and back soon, leaves nothing", function()
         local result, err = run_until(method, function() daemon:start() end)
         -- What is only tidying up succeeds, as does what was answered just before.
         if not result then assert.equal("unavailable", err.code) end
         assert.is_nil(err and err.left)
         assert.equal(0, result and result.code or 0)
         assert.same(before, daemon:leftovers(before))
      end)

      it("in " .. step .. ", and not back, says what stays", function()
         defaults.outage = 0.1
         finally(function() daemon:start() end)
         local result, err = run_until(method, function() end, { timeout = 3 })
         if result and step == "Containers/Delete" then return end -- answered just before
         local is_started = err and err.code == "deadline_exceeded" and step == "Tasks/Start"
         local expected = is_started and err.code or "unavailable" -- it waited for the exit
         assert.same({ nil, expected }, { result, err and err.code }, tostring(err))
         local left = table.concat(err.left, "\n")
         assert.matches("record " .. err.id, left, 1, true)

         daemon:start()
         defaults.outage = outage
         local again <close> = daemon:client()
         for _, container in ipairs(again:containers { ["labels.neap.owner"] = true }) do
            assert.equal(err.id, container.id)
            assert.equal(true, container:delete { force = true })
         end
         again:close()
         assert.same(before, daemon:leftovers(before))
      end)
   end

   for step, method in pairs {
      ["Tasks/Exec"] = SERVICES .. "tasks.v1.Tasks/Exec",
      ["Tasks/Start"] = SERVICES .. "tasks.v1.Tasks/Start",
      ["Tasks/DeleteProcess"] = SERVICES .. "tasks.v1.Tasks/DeleteProcess",
   } do
      it("in " .. step .. " of an exec, leaves none of it, and its task alone", function()
         local container = client:create { rootfs = live.rootfs(), args = { "sleep", "1000" } }
         finally(function() container:delete { force = true } end)
         local task = container:start()
         local running = daemon:leftovers()
         local result, err = crash_in(method, function() daemon:start() end, function()
            local process, unstarted = task:exec { args = { "echo", "x" }, stdout = "pipe" }
            if not process then return nil, unstarted end
            process:wait()
            return process:delete { force = true }
         end)
         if not result then assert.equal("unavailable", err.code) end
         assert.is_nil(err and err.left)
         assert.equal(1, #task:pids())
         assert.equal("running", task:status())
         assert.same(running, daemon:leftovers(running))
         assert.equal(true, container:delete { force = true })
         assert.same(before, daemon:leftovers(before))
      end)
   end

   it("in Tasks/Start, and back soon, leaves the record that one starts again", function()
      local container = client:create { rootfs = live.rootfs(), args = { "true" } }
      finally(function() container:delete { force = true } end)
      local task, err = crash_in(STEPS["Tasks/Start"], function() daemon:start() end, function()
         return container:start { stdout = "pipe" }
      end)
      if not task then -- else it had answered just before
         assert.same({ "unavailable", "container.start" }, { err.code, err.op })
         assert.is_nil(err.left)
         assert.equal("none", container.status)
         task, err = container:start()
      end
      if not task then error(err) end
      assert.equal(0, task:wait().code)
      assert.equal(true, container:delete { force = true })
      assert.same(before, daemon:leftovers(before))
   end)

   it("before anything is asked, costs an answer at once", function()
      daemon:kill()
      local _, first = client:containers() -- it may meet the broken connection
      assert.equal("unavailable", first.code)
      local result, err = client:run { rootfs = live.rootfs(), args = { "true" } }
      assert.same({ nil, "unavailable", "ECONNREFUSED" }, { result, err.code, err.errno })
      assert.is_nil(err.left)
      daemon:start()
      assert.equal(0, client:run({ rootfs = live.rootfs(), args = { "true" } }).code)
      assert.same(before, daemon:leftovers(before))
   end)

   it("in the creation of what is there already, leaves that alone", function()
      local container = client:create {
         id = "kept", rootfs = live.rootfs(), args = { "/bin/sh", "-c", "read x; echo $x" },
      }
      finally(function() container:delete { force = true } end)
      local task = container:start { stdin = "pipe", stdout = "pipe" }
      local create = STEPS["Containers/Create"]
      local result, err = run_until(create, function() daemon:start() end, { id = "kept" })
      assert.is_nil(result)
      assert.is_true(err.code == "unavailable" or err.code == "already_exists", tostring(err))
      assert.is_nil(err.left)
      task:write "still here\n"
      assert.equal("still here\n", task:read "L")
      assert.equal(0, task:wait().code)
      assert.equal(true, container:delete { force = true })
      assert.same(before, daemon:leftovers(before))
   end)

   it("while a container runs, and not back, ends by its time and says what stays", function()
      defaults.outage = 0.1
      local fiber = neap.spawn(function()
         return client:run {
            rootfs = live.rootfs(), args = { "/bin/sh", "-c", "echo out; sleep 1000" }, timeout = 3,
         }
      end)
      live.wait_until(function() return (daemon:ctr("tasks", "list") or ""):find "RUNNING" end)
      daemon:kill()
      local result, err = fiber:join()
      assert.same({ nil, "deadline_exceeded" }, { result, err.code }, tostring(err))
      assert.matches("record " .. err.id, table.concat(err.left, "\n"), 1, true)
      daemon:start()
      defaults.outage = outage
      live.wait_until(function() return client:containers() end)
      assert.equal(true, client:load(err.id):delete { force = true })
      assert.same(before, daemon:leftovers(before))
   end)

   it("while a container runs, and back soon, is not the container's matter", function()
      local mark = live.path "mark"
      assert(os.execute("mkdir " .. mark))
      local fiber = neap.spawn(function()
         return client:run {
            rootfs = live.rootfs(), mounts = { mark .. ":/mark" },
            args = { "/bin/sh", "-c",
               "echo out; until [ -e /mark/go ]; do sleep 0.01; done; exit 3" },
         }
      end)
      live.wait_until(function() return (daemon:ctr("tasks", "list") or ""):find "RUNNING" end)
      daemon:kill()
      daemon:start()
      io.open(mark .. "/go", "w"):close()
      local result, err = fiber:join()
      if not result then error(err) end
      assert.same({ 3, "out\n" }, { result.code, result.stdout })
      assert.same(before, daemon:leftovers(before))
   end)
end)
