-- Handles: what each method answers, and what it refuses without asking.

local live = require "support.live"

describe("a handle", function()
   local client

   before_each(function() client = live.client() end)
   after_each(function() live.disconnect(client) end)

   local function started(changes, io)
      local container, err = client:create(live.config({ "sleep", "1000" }, changes))
      if not container then error(err) end
      local task, unstarted = container:start(io)
      if not task then error(unstarted) end
      return container, task
   end

   --- Assert that `fn` fails with `code`, names each of `words`, and costs no call.
   local function refused(code, words, fn, ...)
      local calls, value, err = live.count(fn, ...)
      assert.is_nil(value)
      if not err then error("no error", 2) end
      assert.equal(code, err.code)
      for _, word in ipairs(words) do assert.matches(word, tostring(err), 1, true) end
      assert.same({}, calls)
   end

   it("ensures a container: made once, found again", function()
      local config = { id = "sure", rootfs = live.rootfs(), args = { "true" } }
      local first, was_there = client:ensure(config)
      assert.is_false(was_there)
      local second, is_there = client:ensure(config)
      assert.is_true(is_there)
      assert.is_true(first == second)
      assert.equal("already_exists", select(2, client:create(config)).code)
   end)

   it("keeps the outline of its spec until another writes one", function()
      local outline = require "neap.outline"
      local container = assert(client:create { rootfs = live.rootfs(), args = { "true" } })
      local kept = outline.of(container)
      assert.same({ "true" }, kept.process.args)
      assert.is_true(kept == outline.of(container))

      local spec = container.spec
      spec.process.args = { "false" }
      local any = container.spec_any
      any.value = require "neap.json".encode(spec)
      assert(client:call("containerd.services.containers.v1.Containers/Update", {
         container = { id = container.id, spec = any }, update_mask = { paths = { "spec" } },
      }))
      assert(require "neap.core".container_refresh(container))
      assert.same({ "false" }, outline.of(container).process.args)
   end)

   it("answers one value where it succeeds, which print shows alone", function()
      local more = {}
      local function one(name, ...)
         assert.is_truthy((...))
         if select("#", ...) > 1 then more[name] = select("#", ...) end
         return ...
      end
      for _, log in ipairs { "json-file", false } do
         local container = one("create", client:create { rootfs = live.rootfs(), log = log or nil,
            args = { "sleep", "1000" } })
         local task = one("start", container:start())
         local other = live.client()
         local found = one("load", other:load(container.id))
         one("containers", other:containers())
         local same = one("task", found:task())
         one("attach", same:attach { stdout = function() end, stderr = function() end })
         if log then one("logs", found:logs()):close() end
         one("pause", task:pause())
         one("resume", task:resume())
         one("refresh", container:refresh())
         one("update", container:update { labels = { a = "1" } })
         local process = one("exec", task:exec { args = { "sleep", "1000" } })
         one("forced delete of an exec", process:delete { force = true })
         one("kill", task:kill "KILL")
         one("wait", task:wait())
         one("delete", task:delete())
         other:close()
         one("stop", one("start", container:start()):stop { timeout = 0.01 })
         one("forced delete of a task", one("task", container:task()):delete { force = true })
         one("delete", container:delete())
         one("forced delete", container:delete { force = true })
      end
      one("run", client:run { rootfs = live.rootfs(), args = { "true" } })
      one("restore", client:restore())
      assert.same({}, more)
   end)

   it("merges labels, and removes them", function()
      local container = client:create { rootfs = live.rootfs(), args = { "true" },
         labels = { a = "1", b = "2", ["with.dots/and-more"] = "x" } }
      assert.is_true(container:update { labels = { a = "9", b = false, c = "3" } })
      local labels = container.labels
      assert.same({ "9", nil, "3", "x" },
         { labels.a, labels.b, labels.c, labels["with.dots/and-more"] })
      assert.is_string(labels["neap.bundle"])
      assert.equal(labels.a, client:load(container.id).labels.a)
      refused("invalid_argument", { "label" }, container.update, container, { label = {} })
      refused("invalid_argument", { "neap.bundle", "reserved" }, container.update, container,
         { labels = { ["neap.bundle"] = "/" } })
   end)

   it("knows its task's status: none, running, paused, stopped", function()
      local container, task = started()
      assert.same({ "running", "running" }, { container.status, task:status() })
      assert.is_true(task:pause())
      assert.same({ "paused", "paused" }, { container.status, task:status() })
      assert.is_true(task:resume())
      assert(live.ctr("tasks", "pause", task.id))
      live.wait_until(function() return task:status() == "paused" end)
      refused("failed_precondition", { "paused" }, task.exec, task, { args = { "true" } })
      assert(live.ctr("tasks", "resume", task.id))
      live.wait_until(function() return task:status() == "running" end)
      assert.is_true(task:kill "KILL")
      assert.same({ 137, 9 }, { task:wait().code, task:wait().signal })
      assert.equal("stopped", task:status())
      assert.equal(137, task:delete().code)
      assert.equal("none", container.status)
   end)

   it("of a paused container says so to a client that was not there", function()
      local _, task = started()
      assert(live.ctr("tasks", "pause", task.id))
      local other <close> = live.client()
      local loaded = other:load(task.id)
      assert.matches("not asked", tostring(loaded))
      local calls, status = live.count(function() return loaded.status end)
      assert.same({ { ["Tasks/Get"] = 1 }, "paused" }, { calls, status })
      local theirs = loaded:task()
      assert.equal("paused", theirs:status())
      assert.is_true(theirs:resume())
   end)

   --- Wait until a process is its command, and no more runc that becomes it: with
   --- threads, and a name of its own.
   local function await_command(pid)
      live.wait_until(function()
         local file <close> = io.open(("/proc/%d/comm"):format(pid))
         return file and file:read "l" == "sleep"
      end)
   end

   it("looks into a running task", function()
      local _, task = started()
      local process = task:exec { id = "second", args = { "sleep", "1000" } }
      await_command(task.pid)
      await_command(process.pid)
      local pids = task:pids()
      table.sort(pids)
      local expected = { task.pid, process.pid }
      table.sort(expected)
      assert.same(expected, pids)

      local exec_of = {}
      for _, p in ipairs(task:processes()) do exec_of[p.pid] = p.exec_id or "none" end
      assert.same({ [task.pid] = "none", [process.pid] = "second" }, exec_of)

      local rows = {}
      for _, row in ipairs(task:summary()) do rows[row.pid] = row end
      assert.equal("second", rows[process.pid].exec_id)
      assert.equal("sleep 1000", rows[task.pid].command)

      local stats = task:stats()
      assert.is_true(stats.cpu.total_ns > 0)
      assert.is_true(stats.memory.usage_bytes > 0)
      assert.equal(2, stats.pids.current)
      assert.is_true(math.abs(stats.time - os.time()) < 60)
   end)

   it("resizes a terminal, and nothing else", function()
      local _, task = started({ terminal = true, args = { "sh" } },
         { stdin = "pipe", stdout = "pipe" })
      assert.is_true(task:resize(57, 23))
      task:write "stty size\n"
      assert.equal("23 57", task:expect("%d+ %d+"))
      local bad = { { 0, 0 }, { 80, 0 }, { -1, 5 }, { 1.5, 2 }, { 70000, 1 }, { "a", 1 } }
      for _, size in ipairs(bad) do
         refused("invalid_argument", {}, task.resize, task, size[1], size[2])
      end
      local process = task:exec { args = { "sleep", "1000" } }
      refused("failed_precondition", { "terminal" }, process.resize, process, 80, 24)
      local _, plain = started()
      refused("failed_precondition", { "terminal" }, plain.resize, plain, 80, 24)
   end)

   it("refuses signals that there are not", function()
      local _, task = started()
      for _, signal in ipairs { "NOPE", 0, 65, -1, "0", "", "SIG" } do
         refused("invalid_argument", { "signal" }, task.kill, task, signal)
      end
      refused("invalid_argument", { "timeout" }, task.stop, task, { timeout = -1 })
      refused("invalid_argument", { "signal" }, task.stop, task, { signal = "NOPE" })
      assert.equal("running", task:status())
      assert.is_true(task:kill(9))
      assert.equal(137, task:wait().code)
   end)

   it("refuses what a stopped task cannot do", function()
      local container, task = started { args = { "true" } }
      task:wait()
      local no = "failed_precondition"
      refused("not_found", {}, task.kill, task)
      for _, name in ipairs { "stats", "pids", "processes", "summary", "pause", "resume" } do
         refused(no, { "ended" }, task[name], task)
      end
      refused(no, { "ended" }, task.update, task, { pids = 5 })
      refused(no, { "ended" }, task.exec, task, { args = { "true" } })
      refused(no, { "ended" }, task.attach, task, { stdout = "pipe" })
      refused("already_exists", {}, container.start, container)
      refused(no, { "task" }, container.delete, container)
      assert.equal(0, task:delete().code)
      assert.is_true(container:delete())
   end)

   it("refuses to start twice, and to delete while it runs", function()
      local container, task = started()
      refused("already_exists", {}, container.start, container)
      refused("failed_precondition", { "runs" }, task.delete, task)
      refused("failed_precondition", {}, container.delete, container)
      local process = task:exec { id = "e", args = { "sleep", "1000" } }
      refused("failed_precondition", { "runs" }, process.delete, process)
      refused("already_exists", { "e" }, task.exec, task, { id = "e", args = { "true" } })
      assert.equal(137, process:delete { force = true }.code)
      assert.equal("running", task:status())
   end)

   it("of another client's is refused by containerd, and classified", function()
      local container, task = started()
      task:exec { id = "e", args = { "sleep", "1000" } }
      local other <close> = live.client()
      local theirs = other:load(container.id)
      local answers = {
         { "already_exists", theirs:start() },
         { "failed_precondition", theirs:delete() },
         { "failed_precondition", theirs:task():delete() },
         { "failed_precondition", theirs:task():process("e"):delete() },
         { "already_exists", theirs:task():exec { id = "e", args = { "true" } } },
         { "not_found", theirs:task():process "f" },
      }
      for i, answer in ipairs(answers) do
         assert.is_nil(answer[2], i)
         assert.equal(answer[1], answer[3] and answer[3].code, i)
      end
      assert.equal("running", task:status())
   end)

   it("is not_found once it is deleted, but keeps its fields and its exit", function()
      local container, task = started { id = "gone", args = { "sh", "-c", "exit 3" } }
      local process = select(2, started()):exec { args = { "true" } }
      process:wait()
      process:delete()
      task:wait()
      task:delete()
      assert.is_true(container:delete())
      assert.same({ "gone", 0, 3, 3 },
         { container.id, task.pid, task:wait().code, task:wait { timeout = 1 }.code })
      for _, name in ipairs {
         "kill", "pause", "resume", "pids", "stats", "summary", "delete", "status", "stop",
      } do
         refused("not_found", {}, task[name], task)
      end
      refused("not_found", {}, task.exec, task, { args = { "true" } })
      refused("not_found", {}, task.process, task, "e")
      refused("not_found", {}, task.attach, task, {})
      refused("not_found", {}, task.update, task, { pids = 5 })
      refused("not_found", {}, process.kill, process)
      refused("not_found", {}, process.delete, process)
      for _, name in ipairs { "start", "task", "refresh", "delete" } do
         refused("not_found", {}, container[name], container)
      end
      refused("not_found", {}, container.update, container, { labels = { a = "b" } })
      assert.is_true(container:delete { force = true })
      assert.equal("none", container.status)
   end)

   it("is not_found once others have deleted it, but tells the exit", function()
      local container, task = started()
      assert(live.ctr("tasks", "kill", "-s", "KILL", task.id))
      live.wait_until(function() return live.ctr("tasks", "delete", task.id) end)
      local exit = task:wait()
      assert.same({ 137, 9, nil }, { exit.code, exit.signal, exit.lost })
      live.wait_until(function() return not task:status() end)
      for name, arguments in pairs {
         pids = {}, processes = {}, summary = {}, stats = {}, status = {}, pause = {},
         resume = {}, kill = {}, update = { { memory = "64m" } }, resize = { 80, 24 },
         exec = { { args = { "true" } } }, checkpoint = { live.path "checkpoint" },
         attach = { {} },
      } do
         refused("not_found", { name }, task[name], task, table.unpack(arguments))
      end
      assert.equal(137, task:wait().code)
      assert.equal(137, task:delete().code)
      assert.is_true(container:delete())
   end)

   it("of a closed client raises where it would ask, and keeps its fields", function()
      local other = live.client()
      local container = other:create { rootfs = live.rootfs(), args = { "sleep", "1000" } }
      local task = container:start()
      local process = task:exec { args = { "sleep", "1000" } }
      other:close()
      local calls = {
         { container, "update", { labels = { a = "b" } } }, { task, "update", { pids = 50 } },
         { task, "exec", { args = { "true" } } }, { task, "process", "x" },
      }
      for handle, names in pairs {
         [container] = { "start", "refresh", "delete" },
         [task] = { "kill", "stop", "pause", "resume", "stats", "pids", "processes", "summary",
            "delete" },
         [process] = { "kill", "stop", "delete" },
      } do
         for _, name in ipairs(names) do calls[#calls + 1] = { handle, name } end
      end
      for _, call in ipairs(calls) do
         local handle, name, given = call[1], call[2], call[3]
         local ok, raised = pcall(handle[name], handle, given)
         assert.is_false(ok, name)
         assert.matches("the client is closed", tostring(raised), 1, true)
      end
      for _, handle in ipairs { task, process } do
         local exit, err = handle:wait()
         assert.same({ nil, "cancelled" }, { exit, err.code })
      end
      assert.is_true(task.pid > 0 and task.id == container.id)
      assert.equal("running", container.status)
   end)

   it("refuses what is misspelt or impossible, by name", function()
      local container, task = started()
      refused("invalid_argument", { "memroy", "memory" }, task.update, task, { memroy = 1 })
      refused("invalid_argument", { "memory" }, task.update, task, { memory = -5 })
      refused("invalid_argument", { "memory" }, task.update, task, { memory = "1x" })
      refused("invalid_argument", { "args" }, task.exec, task, {})
      refused("invalid_argument", { "argz" }, task.exec, task, { argz = { "true" } })
      refused("invalid_argument", { "cwd" }, task.exec, task, { args = { "true" }, cwd = "x" })
      assert.equal("invalid_argument", select(2, client:containers "id==").code)
      refused("invalid_argument", {}, client.containers, client, { idd = "x" })
      refused("invalid_argument", {}, client.load, client, "../x")
      refused("invalid_argument", {}, task.process, task, "../x")
      refused("invalid_argument", { "stdott" }, container.start, container, { stdott = "pipe" })
      refused("invalid_argument", { "forse" }, container.delete, container, { forse = true })
      refused("invalid_argument", { "timeot" }, task.wait, task, { timeot = 1 })
      refused("invalid_argument", { "fromce" }, task.delete, task, { fromce = true })
      refused("invalid_argument", { "force" }, task.delete, task, { force = "no" })
      refused("invalid_argument", { "force" }, container.delete, container, { force = 1 })
      refused("invalid_argument", { "all" }, task.kill, task, "KILL", { all = "no" })
      assert.has_error(function() task:exec(nil) end)
      assert.has_error(function() task:update(nil) end)
      assert.has_error(function() client:load(nil) end)
      assert.equal("running", task:status())
   end)

   it("waits with a limit, and again", function()
      local _, task = started()
      refused("deadline_exceeded", { "0.01 s" }, task.wait, task, { timeout = 0.01 })
      local _, late = task:wait { timeout = -1 } -- what is left of somebody's time
      assert.same({ "deadline_exceeded", task.id }, { late.code, late.id })
      assert.equal("running", task:status())
      task:kill "KILL"
      assert.equal(137, task:wait { timeout = 10 }.code)
   end)
end)
