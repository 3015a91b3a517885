-- Logs on a real containerd: every line once, whoever is killed meanwhile. `make soak`
-- has a hundred containers at once.

local chain = require "neap.logs.chain"
local core = require "neap.core"
local defaults = require "neap.defaults"
local failure = require "neap.error"
local fs = core.fs
local live = require "support.live"
local log = require "neap.log"
local logged = require "support.logged"
local neap = require "neap"
local shell = require "support.shell"

local is_soak = os.getenv "NEAP_SOAK" ~= nil

local function options(given)
   given = given or {}
   given.env = {
      CONTAINERD_ADDRESS = live.address, CONTAINERD_NAMESPACE = live.namespace,
      NEAP_ENGINE = false,
   }
   return given
end

local function command(...)
   return shell.run({ shell.program, ... }, options())
end

describe("logs", function()
   local client
   local create, counting, check = logged.create, logged.counting, logged.check

   setup(function() client = logged.begin() end)
   teardown(logged.finish)
   after_each(logged.remove)

   it("are whole when the task's wait answers", function()
      local container = counting(3000, 0)
      local exit = assert(assert(container:start()):wait())

      assert.same({ 0, nil }, { exit.code, exit.truncated })
      check(assert(container:logs()), 3000)
      local list = {}
      for entry in assert(container:logs { tail = 2, stream = "stderr" }) do
         list[#list + 1] = entry.line
      end
      assert.same({ "2999", "3000" }, list)
   end)

   it("cost no call more than a start without", function()
      local container = create { "true" }
      local calls = live.count(function() assert(assert(container:start()):wait()) end)

      assert.same({ ["Tasks/Create"] = 1, ["Tasks/Start"] = 1 }, calls)
   end)

   it("change nothing about a start whose task is there already", function()
      local refused = {}
      for i, driver in ipairs { "json-file", "none" } do
         local container = create({ "sleep", "1000" }, { log = driver })
         assert(container:start())
         local task, err = container:start()

         assert.is_nil(task)
         refused[i] = { err.code, err.op, (err.message:gsub("neap%-%x+", "ID")) }
         assert.equal("running", container.status)
      end
      assert.same(refused[2], refused[1])
      assert.equal("already_exists", refused[1][1])
   end)

   it("are what an input needs that waits for whoever attaches", function()
      local container = create { "cat" }
      local _, err
      local calls = live.count(function()
         _, err = container:start { stdin = "attach", stdout = "null" }
      end)

      assert.same({ "invalid_argument", {} }, { err.code, calls })
   end)

   it("are begun anew right after a start that was refused", function()
      for _ = 1, is_soak and 100 or 10 do
         local container = create { "echo", "x" }
         local task = assert(container:start())
         assert(task:wait())
         local reader, own = logged.reader(container), container.labels["neap.bundle"]
         local before = fs.list(own)
         local _, err = container:start()

         assert.equal("already_exists", err.code)
         assert.is_false(fs.is_read(reader))
         assert.is_true(#fs.list(own) <= #before) -- the first logger's may go meanwhile
         assert(task:delete())
         assert(assert(container:start()):wait())
         assert.equal("x", assert(container:logs()):read().line)
      end
   end)

   it("go to the consumers beside one that raises, to their end", function()
      local container = create { "seq", "3" }
      local mine, got = {}, {}
      local task = assert(container:start { stdout = {
         "log", function() error(mine) end, function(bytes) got[#got + 1] = bytes or "END" end,
      } })
      local exit, err = task:wait()

      assert.is_nil(exit)
      assert.equal(mine, err)
      assert.equal("1\n2\n3\nEND", table.concat(got))
      assert.equal("1", assert(container:logs()):read().line)
   end)

   it("have no pipe beside them", function()
      local container = create { "true" }
      for _, stdout in ipairs { "pipe", neap.sink.drop "pipe" } do
         local task, err = container:start { stdout = { "log", stdout } }
         assert.is_nil(task)
         assert.equal("invalid_argument", err.code)
      end
   end)

   it("hold nobody up whose command is not there", function()
      local drain, container = defaults.drain, create { "nobody-has-this" }
      finally(function() defaults.drain = drain end)
      defaults.drain = 1000 -- who waited for that would not end
      for _ = 1, 5 do assert.equal(127, select(2, container:start()).status) end

      assert.is_false(fs.is_read(logged.reader(container)))
   end)

   it("do not wait for ever for the logger of a start that was refused", function()
      local container = create { "echo", "x" }
      local task = assert(container:start())
      assert(task:wait())
      local reader = logged.reader(container)
      local stopper = neap.spawn(function()
         live.wait_until(function() return fs.is_read(reader) end)
         assert(os.execute("kill -STOP " .. live.wait_until(function()
            return require "neap.logs.logger".pid(container.labels["neap.bundle"])
         end)))
      end)
      local original = core.task_start
      core.task_start = function(...)
         assert(stopper:join())
         return original(...)
      end
      finally(function() core.task_start = original end)

      assert.equal("already_exists", select(2, container:start()).code)
      core.task_start = original
      assert.is_false(fs.is_read(reader))
      assert.is_nil(assert(task:wait()).truncated)
      assert(task:delete())
      assert(assert(container:start()):wait())
   end)

   it("are followed across rotations to the end, compressed or not", function()
      for _, compress in ipairs { false, true } do
         local container = counting(3000, 0.02, {
            log = { max_size = "5k", max_file = 1000, compress = compress },
         })
         local task = assert(container:start())

         check(assert(container:logs { follow = true }), 3000)
         assert.is_nil(assert(task:wait()).truncated)
         check(assert(container:logs()), 3000)
         local directory = container.labels["neap.bundle"]:gsub("^.*/run/neap", "/var/lib/neap/log")
         assert.is_true(#fs.list(directory) > 4 * chain.HELD)
      end
   end)

   it("are followed where nothing can be watched, with time for others", function()
      local hold, release = live.hold()
      local container = create { "sh", "-c", "echo one; " .. hold .. "; echo two" }
      local real, tries, warnings = core.watch, 0, {}
      local former = log.sink(function(level, message)
         warnings[#warnings + 1] = level .. " " .. message
      end)
      finally(function()
         core.watch = real
         log.sink(former)
      end)
      core.watch = function()
         tries = tries + 1
         return nil, failure.new { code = "resource_exhausted", errno = "EMFILE",
            message = "cannot watch: Too many open files" }
      end
      assert(container:start())
      local found, lines = assert(container:logs { follow = true }), {}
      local turns, tries_then = 0, nil
      local other = neap.spawn(function()
         pcall(live.wait_until, function()
            turns = turns + 1
            return tries > 4
         end)
         tries_then = tries
         release()
      end)
      for entry in found do lines[#lines + 1] = entry.line end
      other:join()

      assert.same({ "one", "two" }, lines)
      assert.is_true(tries_then > 4 and turns >= tries_then)
      assert.equal(1, #warnings)
      assert.matches("^warn .*cannot be watched.*Too many open files$", warnings[1])
   end)

   --- Kill a neap with SIGKILL, some time after it started a container. (Before, containerd
   --- leaves the socket of a shim whose start was interrupted.)
   local function orphaned(id, seconds)
      local process <close> = shell.start({ shell.program, "-e", [[
         local client = require "neap".connect {}
         local container = assert(client:create { id = arg[1], rootfs = arg[2],
            log = "json-file", args = { "sh", "-c", arg[3], "sh", "2000", "0.02" } })
         assert(container:start())
         print "begun"
         io.stdout:flush()
         require "neap".sleep(1000)
      ]], id, live.rootfs(), logged.COUNT }, options())
      process:await "begun"
      neap.sleep(seconds)
      process:kill "sigkill"
      process:wait()
      return logged.keep(assert(client:load(id)))
   end

   it("lose nothing when neap is killed, whenever that is", function()
      for i, seconds in ipairs { 0, 0.01, 0.05, 0.1, 0.4 } do
         local container = orphaned("orphan-" .. i, seconds)

         check(assert(container:logs { follow = true }), 2000)
         assert.equal(0, assert(assert(container:task()):wait()).code)
      end
   end)

   it("and consumers beside them get every byte", function()
      local parts = {}
      local container = create { "sh", "-c", "seq 1 20000; echo err >&2" }
      local task = assert(container:start {
         stdout = { "log", function(bytes) parts[#parts + 1] = bytes or "" end },
      })

      assert.is_nil(assert(task:wait()).truncated)
      local expected = {}
      for i = 1, 20000 do expected[i] = i .. "\n" end
      assert.is_true(table.concat(parts) == table.concat(expected))
      local count = 0
      for _ in assert(container:logs()) do count = count + 1 end
      assert.equal(20001, count)
   end)

   it("wait for a consumer beside them, and tell what it raises", function()
      local size = 0
      local container = create({ "sh", "-c", "head -c 6000000 /dev/zero" }, { log = "none" })
      local task = assert(container:start {
         stdout = { "log", function(bytes)
            if size == 0 then neap.sleep(0.1) end
            size = size + #(bytes or "")
         end },
      })
      assert.is_nil(assert(task:wait()).truncated)
      assert.equal(6000000, size)

      container = create { "echo", "x" }
      task = assert(container:start { stdout = { "log", function() error("mine", 0) end } })
      local exit, err = task:wait()
      assert.is_nil(exit)
      assert.matches("mine", tostring(err.message or err))
   end)

   it("have the wait say so where who attached was too slow", function()
      local size = 0
      local hold, release = live.hold()
      local container = create({ "sh", "-c", hold .. "; head -c 8000000 /dev/zero" },
         { log = "none" })
      assert(container:start())
      local other <close> = live.client()
      local task = assert(assert(other:load(container.id)):task())
      assert(task:attach { drain = 20, stdout = function(bytes)
         if size == 0 then
            live.wait_until(function() return task:status() == "stopped" end)
         end
         size = size + #(bytes or "")
      end })
      release()

      assert.equal("dropped", assert(task:wait()).truncated)
      assert.is_true(size < 8000000)
   end)

   it("are not waited for longer than the drain", function()
      local hold, release = live.hold()
      local container = create { "sh", "-c", "echo out; " .. hold .. "; echo more" }
      local task = assert(container:start { drain = 0.1 })
      local pid = require "neap.logs.logger".pid(container.labels["neap.bundle"])
      assert(os.execute("kill -STOP " .. pid))
      release()

      local exit = assert(task:wait { timeout = 30 })
      assert.same({ 0, "drain" }, { exit.code, exit.truncated })
      assert(os.execute("kill -CONT " .. pid))
      live.wait_until(function() return task:wait().truncated == nil end)
   end)

   it("may lie where the user says, and stay there", function()
      local path = live.path "own.log"
      local container = create({ "echo", "mine" }, { log = { driver = "raw", path = path } })
      assert(assert(container:start()):wait())

      assert.equal("mine", assert(container:logs()):read().line)
      assert(container:delete { force = true })
      assert.equal("mine\n", io.open(path):read "a")
   end)

   it("refuse a path that is no file, and leave nothing", function()
      local path = live.path "later"
      local container = create({ "true" }, { log = { path = path } })
      for _, make in ipairs { "mkdir %s", "rmdir %s; ln -s /dev/null %s" } do
         os.execute(make:gsub("%%s", path))
         local task, err = container:start()

         assert.is_nil(task)
         assert.equal("container.start", err.op)
         assert.matches(path, err.message, 1, true)
         assert.equal("none", container.status)
      end
   end)

   it("are refused where there are none, or are asked for in vain", function()
      local container = create { "true" }
      local raw = create({ "true" }, { log = "raw" })

      for given, why in pairs {
         [{ tail = -1 }] = "tail: -1", [{ since = "rubbish" }] = 'since: "rubbish"',
         [{ ["until"] = {} }] = "until: ", [{ stream = "stdin" }] = "stream: stdin",
         [{ follw = true }] = "follw: unknown", [{ follow = "yes" }] = "follow: ",
      } do
         local found, err = container:logs(given)
         assert.is_nil(found)
         assert.equal("invalid_argument", err.code)
         assert.equal(why, err.message:sub(1, #why))
      end
      local _, err = raw:logs { since = 5 }
      assert.equal("invalid_argument", err.code)
      _, err = create({ "true" }, { log = "none" }):logs()
      assert.equal("failed_precondition", err.code)
      _, err = client:create { rootfs = live.rootfs(), args = { "true" }, log = "syslog" }
      assert.equal("invalid_argument", err.code)
   end)

   it("are gone with the container, whoever deletes it", function()
      for _, delete in ipairs {
         function(container) assert(container:delete { force = true }) end,
         function(container)
            local other <close> = live.client()
            assert(assert(other:load(container.id)):delete { force = true })
            live.wait_until(function() return container.gone end)
         end,
      } do
         local container = create { "echo", "x" }
         assert(assert(container:start()):wait())
         delete(container)

         local found, err = container:logs()
         assert.is_nil(found)
         assert.equal("not_found", err.code)
      end
   end)

   it("of many containers at once have every line", function()
      local count, lines = is_soak and 100 or 6, is_soak and 10000 or 1500
      local containers = {}
      for i = 1, count do containers[i] = counting(lines, 0) end

      local tasks, failed = neap.map(containers, 8, function(container)
         return container:start()
      end)
      assert.is_nil(failed)
      local exits, unwaited = neap.map(tasks, count, function(task) return task:wait() end)
      assert.is_nil(unwaited)
      for i, container in ipairs(containers) do
         assert.is_nil(exits[i].truncated)
         check(assert(container:logs()), lines)
      end
      assert.is_nil((select(2, neap.map(containers, 8, function(container)
         return container:delete { force = true }
      end))))
   end)
end)

describe("neap run -d and neap logs", function()
   local function delete(id)
      local client <close> = live.client()
      assert(assert(client:load(id)):delete { force = true })
   end

   it("keep and show what was written", function()
      assert.equal("kept\n", command("run", "-d", "--name", "kept", "--rootfs", live.rootfs(),
         "sh", "-c", "echo one; echo two >&2; echo three; exit 3").stdout)
      finally(function() delete "kept" end)

      local result = command("logs", "-f", "kept")
      assert.same({ 0, "one\nthree\n", "two\n" }, { result.code, result.stdout, result.stderr })
      local last = command("logs", "--tail", "1", "kept")
      assert.matches("^t%w+\n$", last.stdout .. last.stderr)
      assert.matches("^%d%d%d%d%-%d%d%-%d%dT[%d:.]+Z one\n%d[^\n]*Z three\n$",
         command("logs", "--timestamps", "kept").stdout)
      local line = '{"log":"t%w+\\n","stream":"std%w+","time":"[^"]*"}\n'
      assert.matches(line, command("logs", "--raw", "kept").stdout)
      assert.equal("one\nthree\n", command("logs", "--since", "1h", "kept").stdout)
      assert.equal("", command("logs", "--until", "1h", "kept").stdout)
   end)

   it("end with the first line that cannot be written, and say why", function()
      local id = command("run", "-d", "--rootfs", live.rootfs(), "sh", "-c",
         "seq 1 3000; exec sleep 1000").stdout:match "%S+"
      finally(function() delete(id) end)
      live.wait_until(function() return command("logs", "-n", "1", id).stdout == "3000\n" end)

      for _, options_text in ipairs { "", "-f", "-f --raw", "-t" } do
         local result = shell.run({ "sh", "-c", ("exec '%s' logs %s %s >/dev/full"):format(
            shell.program, options_text, id) }, options { timeout = 20 })

         assert.equal(1, result.code)
         assert.equal("neap: writing to standard output: No space left on device\n",
            result.stderr)
      end
   end)

   it("say what is wrong", function()
      assert.equal("x1\n", command("run", "-d", "--name", "x1", "--log-driver", "none", "--rootfs",
         live.rootfs(), "true").stdout)
      finally(function() delete "x1" end)

      for status, words in pairs {
         [1] = { { "x1" }, { "nobody" } }, [2] = { {}, { "x1", "y" }, { "--follw", "x1" } },
      } do
         for _, list in ipairs(words) do
            assert.equal(status, command("logs", table.unpack(list)).code)
         end
      end
      assert.equal(1, command("logs", "--since", "rubbish", "x1").code)
      assert.equal(1, command("logs", "--tail", "some", "x1").code)
      assert.equal(125, command("run", "-d", "--log-driver", "syslog", "--rootfs", live.rootfs(),
         "true").code)
   end)

   it("rotate as docker's options say", function()
      local result = command("run", "-d", "--name", "many", "--log-opt", "max-size=4k",
         "--log-opt", "max-file=3", "--rootfs", live.rootfs(), "seq", "1", "1000")
      assert.equal("many\n", result.stdout)
      finally(function() delete "many" end)

      assert.equal(0, command("logs", "-f", "many").code)
      local shown = command("logs", "many").stdout
      assert.matches("\n999\n1000\n$", shown)
      assert.is_true(#shown < 1000)
   end)
end)
