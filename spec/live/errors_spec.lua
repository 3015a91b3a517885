-- What containerd and its shim say, classified: a row each, against the real thing.

local live = require "support.live"
local neap = require "neap"

describe("an error of", function()
   local client

   before_each(function() client = live.client() end)
   after_each(function() live.disconnect(client) end)

   local function created(changes)
      local container, err = client:create(live.config({ "sleep", "1000" }, changes))
      return container or error(err)
   end

   local function raw(method, request)
      return select(2, client:call("containerd.services.tasks.v1.Tasks/" .. method, request))
   end

   it("the shim's, that arrives as unknown, has its class", function()
      local running, stopped, paused, bare = created(), created(), created(), created()
      assert.is_nil(raw("Create", { container_id = bare.id }))
      for _, container in ipairs { running, stopped, paused } do container:start() end
      paused:task():pause()
      running:task():exec { id = "e", args = { "sleep", "1000" } }
      local r = { container_id = running.id }
      local s, p = { container_id = stopped.id }, { container_id = paused.id }
      local function with(request, more)
         local all = {}
         for _, fields in ipairs { request, more } do
            for name, value in pairs(fields) do all[name] = value end
         end
         return all
      end
      local process = { exec_id = "f", spec = {
         type_url = "types.containerd.io/opencontainers/runtime-spec/1/Process",
         value = [[{"args":["true"],"cwd":"/","user":{"uid":0,"gid":0}}]],
      } }
      assert.is_nil(raw("Exec", with(s, process))) -- and started too late
      local ended = running:task():exec { id = "ended", args = { "true" } }
      ended:wait()
      stopped:task():kill "KILL"
      stopped:task():wait()
      assert.is_nil(raw("Exec", with(r, with(process, { exec_id = "frozen" }))))
      assert.is_true(running:task():pause())
      local frozen = raw("Start", with(r, { exec_id = "frozen" }))
      assert.equal("failed_precondition", frozen and frozen.code, tostring(frozen))
      assert.is_true(running:task():resume())
      local rows = {
         { "failed_precondition", "Delete", r },
         { "failed_precondition", "Delete", p },
         { "failed_precondition", "DeleteProcess", with(r, { exec_id = "e" }) },
         { "failed_precondition", "Start", r },
         { "failed_precondition", "Start", s },
         { "failed_precondition", "Start", p },
         { "failed_precondition", "Start", with(r, { exec_id = "e" }) },
         { "failed_precondition", "Start", with(s, { exec_id = "f" }) },
         { "failed_precondition", "Exec", with(s, with(process, { exec_id = "g" })) },
         { "failed_precondition", "Exec", with(p, process) },
         { "failed_precondition", "Pause", s },
         { "failed_precondition", "Pause", p },
         { "failed_precondition", "Resume", r },
         { "failed_precondition", "Resume", s },
         { "failed_precondition", "Update", with(s, { resources = {
            type_url = "types.containerd.io/opencontainers/runtime-spec/1/LinuxResources",
            value = "{}" } }) },
         { "failed_precondition", "Checkpoint", s },
         { "failed_precondition", "Pause", { container_id = bare.id } },
         { "failed_precondition", "Resume", { container_id = bare.id } },
         { "failed_precondition", "Checkpoint", { container_id = bare.id } },
         { "failed_precondition", "Start", with(r, { exec_id = "ended" }) },
         { "failed_precondition", "ResizePty", with(r, { exec_id = "ended", width = 9 }) },
         { "failed_precondition", "Kill", with(r, { exec_id = "frozen", signal = 9 }) },
         { "not_found", "Kill", with(r, { signal = 9, exec_id = "ended" }) },
         { "not_found", "CloseIO", with(r, { exec_id = "nobody", stdin = true }) },
         { "not_found", "Wait", with(r, { exec_id = "nobody" }) },
         { "not_found", "Kill", with(s, { signal = 9 }) },
         { "not_found", "Kill", with(r, { signal = 9, exec_id = "nobody" }) },
         { "not_found", "Get", with(r, { exec_id = "nobody" }) },
         { "not_found", "DeleteProcess", with(r, { exec_id = "nobody" }) },
         { "not_found", "Start", with(r, { exec_id = "nobody" }) },
         { "not_found", "Kill", { container_id = "nobody", signal = 9 } },
         { "already_exists", "Create", r },
         { "already_exists", "Exec", with(with(r, process), { exec_id = "e" }) },
         { "invalid_argument", "Exec", with(with(r, process), { exec_id = "../e" }) },
      }
      for i, row in ipairs(rows) do
         local err = raw(row[2], row[3])
         local where = ("row %d: %s: %s"):format(i, row[2], tostring(err))
         assert.equal(row[1], err and err.code, where)
         assert.not_matches(": unknown$", err.message)
      end
   end)

   --- Why `args` cannot start, as the container's process and as an exec.
   local function refusals(args, changes)
      local config = { args = args }
      for name, value in pairs(changes or {}) do config[name] = value end
      local container = created(config)
      local task, first = container:start()
      assert.is_nil(task)
      assert.equal("", live.ctr("tasks", "list", "--quiet"))
      assert.equal("none", container.status)
      container:delete()

      container = created()
      local process, second = container:start():exec { args = args,
         cwd = config.cwd, user = config.user }
      assert.is_nil(process)
      container:delete { force = true }
      return { first, second }
   end

   local function file(path, text, mode)
      local rootfs = live.fresh_rootfs()
      local f <close> = assert(io.open(rootfs .. path, "w"))
      f:write(text)
      os.execute(("chmod %s %s"):format(mode, rootfs .. path))
      return rootfs
   end

   --- Exec until it fails; the error.
   local function first_failure(task, times)
      for _ = 1, times do
         local process, err = task:exec { args = { "sleep", "1000" } }
         if not process then return err end
      end
   end

   it("an exec without a pid left for it is of the container's state", function()
      local task = created { pids = 1 }:start()
      local err = first_failure(task, 20)
      assert.equal("failed_precondition", err and err.code, tostring(err))
   end)

   it("an exec as the container's process dies is too", function()
      for i = 1, 12 do
         local container = created()
         local task = container:start()
         local exec = neap.spawn(first_failure, task, 20)
         neap.sleep(0.004 * i)
         os.execute(("kill -KILL %d"):format(task.pid))
         local err = exec:join()
         assert.is_truthy(err.code == "failed_precondition" or err.code == "not_found",
            tostring(err))
         container:delete { force = true }
      end
   end)

   it("a command that is not there is 127", function()
      for _, args in ipairs { { "/nowhere" }, { "nothing" }, { "./nowhere" } } do
         for _, err in ipairs(refusals(args)) do
            assert.equal(127, err.status, tostring(err))
            assert.matches('^exec: "' .. args[1]:gsub("%p", "%%%0"), err.message)
         end
      end
   end)

   it("a command that may not be executed is 126", function()
      local rootfs = file("/plain", "no program", "644")
      local task = created { rootfs = rootfs }:start()
      for _, args in ipairs { { "/plain" }, { "/tmp" } } do
         for _, err in ipairs {
            select(2, created { rootfs = rootfs, args = args }:start()),
            select(2, task:exec { args = args }),
         } do
            assert.equal(126, err.status, tostring(err))
            assert.matches('^exec: "' .. args[1], err.message)
         end
      end
      local under = select(2, task:exec { args = { "/plain/x" } })
      assert.equal(125, under.status, tostring(under)) -- not a directory
   end)

   it("anything else is 125, the cause first", function()
      local rows = {
         { { mounts = { { destination = "/x", type = "nofs", source = "x" } } }, "no such device" },
         { { spec = function(spec) spec.process.cwd = "/bin/true" end }, "not a directory" },
      }
      for i, row in ipairs(rows) do
         local task, err = created(row[1]):start()
         assert.is_nil(task, i)
         assert.equal(125, err.status, tostring(err))
         assert.matches(row[2], err.message, 1, true)
         assert.not_matches("^failed to create shim task", err.message)
         assert.not_matches("^OCI runtime", err.message)
      end
   end)

   it("a runtime that is not there names it", function()
      local err = select(2, created { runtime = "io.containerd.nothing.v7" }:start())
      assert.matches("io.containerd.nothing.v7", err.message, 1, true)
      assert.equal(125, err.status)
   end)
end)
