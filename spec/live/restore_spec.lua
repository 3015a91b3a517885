-- A second client takes over what a first one started: as good as the first.

local live = require "support.live"
local shell = require "support.shell"
local lfs = require "lfs"

describe("what is restored", function()
   local client

   before_each(function() client = live.client() end)
   after_each(function()
      client:close()
      local sweeper <close> = live.client()
      for _, container in ipairs(sweeper:containers()) do container:delete { force = true } end
   end)

   --- Run `code` in a process of its own that knows `client` and `rootfs`; it is
   --- killed once it has printed "ready", as a crash does.
   local function crash_after(code)
      local script = live.path("script") .. ".lua"
      local file <close> = assert(io.open(script, "w"))
      file:write(([[
         package.path, package.cpath = %q, %q
         local neap = require "neap"
         local client = neap.connect { address = %q, namespace = %q }
         local rootfs = %q
         %s
         print "ready"
         io.stdout:flush()
         neap.sleep(1000)
      ]]):format(package.path, package.cpath, live.address, live.namespace, live.rootfs(), code))
      file:close()
      local process = shell.start { "lua5.4", script }
      process:await "ready"
      process:kill "sigkill"
      process:wait()
      return process
   end

   local function only(id, io)
      local found, err = client:restore { filter = { id = id }, io = io }
      if not found then error(err) end
      assert.equal(1, #found)
      return found[1], found[1]:task()
   end

   local function names_in_bundle(container)
      local names = {}
      for name in lfs.dir(container.labels["neap.bundle"]) do
         if name ~= "." and name ~= ".." then names[#names + 1] = name end
      end
      table.sort(names)
      return names
   end

   it("reads on where the other stopped, and ends its input", function()
      crash_after [[
         local container = client:create { id = "cat", rootfs = rootfs, args = { "cat" },
            stop_signal = "INT", labels = { a = "b" } }
         local task = container:start { stdin = "pipe", stdout = "pipe" }
         task:write "before\n"
         assert(task:read "l" == "before")
         task:write "between\n"
      ]]
      local container, task = only("cat", { stdin = "pipe", stdout = "pipe" })
      assert.equal("b", container.labels.a)
      assert.equal("INT", container.labels["io.containerd.image.config.stop-signal"])
      assert.equal("between", task:read "l")
      task:write "after\n"
      assert.equal("after", task:read "l")
      task:close_stdin()
      assert.same({ 0, nil }, { task:wait { timeout = 10 }.code, task:read "l" })
      assert.equal(0, task:delete().code)
      assert.is_true(container:delete())
   end)

   it("refuses streams that are none before it asks, and gives a terminal one output", function()
      crash_after [[
         client:create { id = "tty", rootfs = rootfs, args = { "cat" }, terminal = true }
            :start { stdin = "pipe", stdout = "pipe" }
      ]]
      local calls, found, err = live.count(client.restore, client, { stdot = "pipe" })
      assert.same({ {}, nil, "invalid_argument" }, { calls, found, err.code })
      assert.matches("stdot", err.message, 1, true)
      for _, mixed in ipairs { { filter = {}, stdout = "pipe" }, { io = {}, filtr = {} } } do
         calls, found, err = live.count(client.restore, client, mixed)
         assert.same({ {}, nil, "invalid_argument" }, { calls, found, err.code })
         assert.matches("unknown field", err.message, 1, true)
      end

      local container, task = only("tty", { stdin = "pipe", stdout = "pipe", stderr = "pipe" })
      task:write "word\n"
      assert.equal("word", task:expect("word", { timeout = 10 }))
      assert.is_true(container:delete { force = true })
   end)

   it("has the exit of a task that ended meanwhile, and the stop signal of one that runs",
      function()
      crash_after [[
         client:create { id = "ended", rootfs = rootfs, args = { "sh", "-c", "exit 23" } }
            :start():wait()
         client:create { id = "runs", rootfs = rootfs, stop_signal = "USR1",
            args = { "sh", "-c", "trap 'exit 10' USR1; echo; while :; do sleep 0.05; done" } }
            :start { stdout = "pipe" }:read "l"
      ]]
      local calls, found = live.count(function() return client:restore() end)
      assert.same({ ["Containers/ListStream"] = 1, ["Tasks/List"] = 1 }, calls)
      local by_id = {}
      for _, container in ipairs(found) do by_id[container.id] = container end

      assert.equal("stopped", by_id.ended.status)
      assert.equal(23, by_id.ended:task():wait().code)
      assert.is_number(by_id.ended:task():wait().time)
      assert.equal(10, by_id.runs:task():stop().code)
      for _, container in ipairs(found) do
         assert.is_truthy(container:task():delete())
         assert.is_true(container:delete())
      end
   end)

   it("knows what others did meanwhile: a signal, a resumption", function()
      crash_after [[
         client:create { id = "ended", rootfs = rootfs, args = { "sleep", "1000" } }:start()
         client:create { id = "woken", rootfs = rootfs, args = { "sleep", "1000" } }:start()
            :pause()
      ]]
      assert(live.ctr("tasks", "kill", "--signal", "KILL", "ended"))
      assert(live.ctr("tasks", "resume", "woken"))
      local _, ended = only "ended"
      assert.equal(137, ended:wait { timeout = 10 }.code)
      local _, woken = only "woken"
      assert.equal("running", woken:status())
      assert.equal("1", woken:exec { args = { "echo", "1" }, stdout = "pipe" }:read "l")
   end)

   it("finds execs by their ids, and leaves nothing of them", function()
      crash_after [[
         local task = client:create { id = "many", rootfs = rootfs, args = { "sleep", "1000" } }
            :start()
         task:exec { id = "shell", args = { "cat" }, stdin = "pipe", stdout = "pipe" }
            :write "hello\n"
      ]]
      local container, task = only("many")
      local process = task:process("shell")
      assert.equal("shell", process.id)
      assert.is_true(process:attach { stdin = "pipe", stdout = "pipe" })
      assert.equal("hello", process:read "l")
      process:close_stdin()
      assert.equal(0, process:wait { timeout = 10 }.code)
      assert.equal(0, process:delete().code)
      assert.same({}, names_in_bundle(container))
      assert.equal("not_found", select(2, task:process "shell").code)
   end)

   it("cleans up after execs whose maker is gone", function()
      crash_after [[
         local task = client:create { id = "left", rootfs = rootfs, args = { "sleep", "1000" } }
            :start()
         task:exec { id = "orphan", args = { "cat" }, stdin = "pipe", stdout = "pipe" }
      ]]
      local container, task = only("left")
      assert.is_true(#names_in_bundle(container) > 0)
      assert.equal("running", task:status()) -- and from here on events arrive
      assert(live.ctr("tasks", "kill", "--exec-id", "orphan", "--signal", "KILL", "left"))
      live.wait_until(function() return #names_in_bundle(container) == 0 end)
      assert.equal("not_found", select(2, task:process "orphan").code)
   end)

   it("goes without the bundles of who was killed before there was a record", function()
      local container = client:create { id = "kept", rootfs = live.rootfs(), args = { "true" } }
      local function beside(name)
         return (container.labels["neap.bundle"]:gsub("kept$", name))
      end
      assert(lfs.mkdir(beside "empty") and lfs.mkdir(beside "used"))
      assert(io.open(beside "used" .. "/reader", "w")):close()
      client:restore { filter = { id = "kept" } }
      assert.equal("directory", lfs.attributes(beside "empty", "mode"))
      client:restore()
      assert.is_nil(lfs.attributes(beside "empty", "mode"))
      for _, name in ipairs { "kept", "used" } do
         assert.equal("directory", lfs.attributes(beside(name), "mode"))
      end
      assert(os.remove(beside "used" .. "/reader") and lfs.rmdir(beside "used"))
   end)

   it("is read by one process at a time", function()
      local container = client:create { id = "one", rootfs = live.rootfs(), args = { "cat" } }
      local task = container:start { stdin = "pipe", stdout = "pipe" }
      local process = task:exec { id = "e", args = { "cat" }, stdin = "pipe", stdout = "pipe" }

      local other <close> = live.client()
      local again = other:load("one"):task()
      for _, theirs in ipairs { again, again:process "e" } do
         local ok, err = theirs:attach { stdout = "pipe" }
         assert.is_nil(ok)
         assert.equal("failed_precondition", err.code)
         local me = ("process %d reads"):format(require("luv").os_getpid())
         assert.matches(me, err.message, 1, true)
      end
      local reader, fs = container.labels["neap.bundle"], require "neap.core".fs
      assert.is_true(fs.is_read(reader))
      assert.is_nil(lfs.attributes(reader .. "/reader")) -- that is a logger's
      task:write "mine\n" -- not a byte was taken
      assert.equal("mine", task:read "l")
      process:delete { force = true }
      client:close()
      assert.is_true(again:attach { stdin = "pipe", stdout = "pipe" })
      again:write "theirs\n"
      assert.equal("theirs", again:read "l")
      client = live.client()
   end)

   it("is not read where the pipes are another's", function()
      assert(live.ctr("run", "--detach", "--rootfs", live.rootfs(), "ctrs", "/bin/sleep", "1000"))
      local container, task = only("ctrs", { stdout = "pipe" })
      local ok, err = task:attach { stdout = "pipe" }
      assert.is_nil(ok)
      assert.equal("failed_precondition", err.code)
      assert.equal("running", task:status())
      assert.equal(0, task:exec { args = { "true" } }:wait().code)
      assert.is_true(container:delete { force = true })
   end)

   it("is one object per record; a record made again is another", function()
      local container = client:create { id = "r", rootfs = live.rootfs(), args = { "true" } }
      local listed = client:containers { id = "r" }[1]
      assert.is_true(container == client:load "r" and container == listed)
      live.ctr("containers", "delete", "r")
      live.ctr("containers", "create", "--rootfs", live.rootfs(), "r", "true")
      local another = client:load "r"
      assert.is_true(container ~= another)
      assert.equal("not_found", select(2, container:start()).code)
      assert.equal("not_found", select(2, container:refresh()).code)
      assert.is_true(container:delete { force = true }) -- gone: and the other stays
      assert.is_true(another:refresh())
      assert.is_true(another:delete())
   end)

   it("cannot be attached to when it has ended, or twice", function()
      local container = client:create { rootfs = live.rootfs(), args = { "cat" } }
      local task = container:start { stdin = "pipe", stdout = "pipe" }
      assert.equal("failed_precondition", select(2, task:attach { stdout = "pipe" }).code)
      task:close_stdin()
      task:wait()
      local calls, _, err = live.count(function() return task:attach { stdout = "pipe" } end)
      assert.same({}, calls)
      assert.equal("failed_precondition", err.code)
      assert.is_true(container:delete { force = true })
   end)
end)
