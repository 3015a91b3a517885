-- Standard streams on a real containerd: what goes in and comes out is whole,
-- whoever takes it.

local live = require "support.live"
local neap = require "neap"
local shell = require "support.shell"

local MIB <const> = 1 << 20

local function read_file(path)
   local file <close> = assert(io.open(path, "rb"))
   return file:read "a"
end

local function mode_of(path)
   local pipe <close> = io.popen("stat -c %a " .. path)
   return pipe:read "l"
end

describe("standard streams", function()
   local client, before

   setup(function() client, before = live.connected() end)
   teardown(function() client:close() end)

   local function config(script, io) return live.config({ "/bin/sh", "-c", script }, io) end

   local function run(script, io)
      local result, err = client:run(config(script, io))
      if not result then error(err) end
      return result
   end

   --- A container with its task; deleted by force at the end of the test.
   local function start(script, io, changes)
      local container, err = client:create(config(script, changes))
      if not container then error(err) end
      finally(function() container:delete { force = true } end)
      local task, unstarted = container:start(io)
      if not task then error(unstarted) end
      return task, container
   end

   --- A container to execute in.
   local function host()
      return start "sleep 1000"
   end

   --- --- outputs ------------------------------------------------------------

   it("are captured up to a limit", function()
      local script = "printf 0123456789abcdef; printf err >&2"
      local result = run(script, { limit = 10 })
      assert.same({ "0123456789", "err", "limit" },
         { result.stdout, result.stderr, result.truncated })
      assert.is_nil(run(script, { limit = 16 }).truncated)
   end)

   it("are whole, however much there is", function()
      for _, size in ipairs { 65536, 65537, 8 * MIB } do
         local result = run(("head -c %d /dev/zero | tr '\\0' x; echo end >&2"):format(size))
         assert.same({ size, nil, "end\n", 0 },
            { #result.stdout, result.stdout:find "[^x]", result.stderr, result.code })
         assert.is_nil(result.truncated)
      end
   end)

   it("are one when merged", function()
      local result = run("echo 1; echo 2 >&2", { stderr = "stdout" })
      assert.is_true(result.stdout == "1\n2\n" or result.stdout == "2\n1\n", result.stdout)
      assert.is_nil(result.stderr)
   end)

   it("go to functions, which are told the end", function()
      local out, err = {}, {}
      local result = run("echo one; echo two >&2", {
         stdout = function(bytes) out[#out + 1] = bytes or "END" end,
         stderr = function(bytes) err[#err + 1] = bytes or "END" end,
      })
      assert.same({ "one\nEND", "two\nEND" }, { table.concat(out), table.concat(err) })
      assert.same({}, { result.stdout, result.stderr })
   end)

   it("wait for a function that waits", function()
      local mark = live.path "mark"
      assert(os.execute("mkdir " .. mark))
      local gate, is_open, size = require("neap.core").condition(), false, 0
      local fiber = neap.spawn(function()
         return client:run(config("head -c 8388608 /dev/zero; touch /mark/done", {
            mounts = { mark .. ":/mark" },
            stdout = function(bytes)
               while not is_open do gate:wait() end
               size = size + #(bytes or "")
            end,
         }))
      end)
      run "sleep 0.1" -- a whole container's life: time enough
      assert.is_nil(io.open(mark .. "/done"))
      is_open = true
      gate:notify()
      local result, err = fiber:join()
      if not result then error(err) end
      assert.same({ 8 * MIB, 0 }, { size, result.code })
      assert.is_not_nil(io.open(mark .. "/done"))
   end)

   it("say what a function raises; the process goes on to its end", function()
      local mark = live.path "mark"
      assert(os.execute("mkdir " .. mark))
      local kept = live.leftovers()
      local result, err = client:run(config("head -c 2097152 /dev/zero; touch /mark/done", {
         mounts = { mark .. ":/mark" },
         stdout = function() error("mine", 0) end,
      }))
      assert.is_nil(result)
      assert.matches("mine", tostring(err))
      assert.is_not_nil(io.open(mark .. "/done"))
      assert.same(kept, live.leftovers(kept))

      local own = require("neap.core").error { code = "aborted", op = "mine", message = "no" }
      result, err = client:run(config("echo x", { stdout = function() error(own) end }))
      assert.same({ nil, own }, { result, err })
   end)

   it("go to files, made for us alone, appended", function()
      local out, err = live.path "out", live.path "err"
      run("echo first; echo bad >&2", { stdout = out, stderr = neap.sink.file(err) })
      run("echo second", { stdout = out })
      assert.same({ "first\nsecond\n", "bad\n", "600", "600" },
         { read_file(out), read_file(err), mode_of(out), mode_of(err) })
   end)

   it("go to files in bulk, to the byte", function()
      local out = live.path "bulk"
      local size = (40 << 20) + 1
      run("echo first", { stdout = out })
      run("yes 0123456789abcde | head -c " .. size, { stdout = out })
      local text = read_file(out)
      assert.equal(6 + size, #text)
      assert.is_true(text == "first\n" .. ("0123456789abcde\n"):rep(size >> 4) .. "0")
      os.remove(out)
   end)

   it("say when a file takes no more", function()
      local result = run("head -c 100000 /dev/zero; echo on >&2", { stdout = "/dev/full" })
      assert.same({ "ENOSPC", "on\n", 0 }, { result.truncated, result.stderr, result.code })
   end)

   it("go to sinks and lists of consumers", function()
      local lines, seen = {}, {}
      local tail = neap.sink.tail(2)
      local rotated = live.path "rotated"
      run("for i in 1 2 3; do echo line $i; done; printf last; echo bad >&2", {
         stdout = {
            neap.sink.lines(function(line) lines[#lines + 1] = line end),
            tail,
            function(bytes) seen[#seen + 1] = bytes end,
            neap.sink.file(rotated, { append = false }),
         },
         stderr = neap.sink.lines(function(line) lines[#lines + 1] = line end),
      })
      table.sort(lines)
      assert.same({ "bad", "last", "line 1", "line 2", "line 3" }, lines)
      assert.equal("line 3\nlast", tail.text())
      assert.equal("line 1\nline 2\nline 3\nlast", table.concat(seen))
      assert.equal("line 1\nline 2\nline 3\nlast", read_file(rotated))
   end)

   it("go to a file of bounded size", function()
      local path = live.path "log"
      run("for i in 1 2 3 4; do head -c 60000 /dev/zero; done", {
         stdout = neap.sink.file(path, { max_size = 100000 }),
      })
      assert.is_true(#read_file(path) <= 100000)
      assert.is_true(#read_file(path .. ".1") <= 100000)
   end)

   it("are the program's own when inherited, after what it said before", function()
      local script = ([[
         local client <close> = require("neap").connect { address = %q, namespace = %q }
         io.write "before "
         local result, err = client:run {
            rootfs = %q, args = { "sh", "-c", "cat; echo out; echo err >&2" },
            stdin = "inherit", stdout = "inherit", stderr = "inherit",
         }
         print(result and result.code or err, result and result.stdout)
      ]]):format(live.address, live.namespace, live.rootfs())
      local result = shell.run({ live.program, "-e", script }, { stdin = "given\n" })
      assert.same({ "before given\nout\n0\tnil\n", "err\n" }, { result.stdout, result.stderr })
   end)

   it("are null unless said otherwise, and then nobody waits", function()
      local task = start "head -c 10000000 /dev/zero; echo x >&2; read line"
      assert.equal(0, (task:wait().code + 255) % 256) -- read meets the end
      assert.same({}, { task.stdin, task.stdout, task.stderr })
      local read, err = task:read()
      assert.same({ nil, "failed_precondition" }, { read, err.code })
   end)

   --- --- pipes --------------------------------------------------------------

   it("are read after the exit, until the task is deleted", function()
      local task = start("echo one; echo two; echo bad >&2", { stdout = "pipe", stderr = "pipe" })
      local exit = task:wait()
      assert.same({ 0 }, { exit.code, exit.truncated })
      assert.equal("one", task:read "l")
      assert.same({ "two\n", "bad\n" }, { task:read "a", task.stderr:read "a" })
      local stdout = task.stdout
      task:delete()
      assert.is_nil(stdout:read())
   end)

   it("are read in every format of io.read", function()
      local task = start("printf '12 0x1p4 word\\nnext\\nabcdef\\nrest\\n'; cat",
         { stdout = "pipe", stdin = "pipe" })
      assert.same({ 12, 16.0, " word\n", "next", "abc", "def" }, {
         task:read "n", task:read "n", task:read "L", task:read "*l", task:read(3), task:read "l",
      })
      assert.equal("rest", task:read "l")
      local nothing, err = task:read("l", { timeout = 0.001 })
      assert.same({ nil, "deadline_exceeded" }, { nothing, err.code })
      task:write("say ", 1, "\n")
      assert.equal("1", task:expect "say (%d)")
      task:close_stdin()
      assert.equal("\n", task:read "a")
      assert.same({ nil, "" }, { task:read "l", task:read "a" })
      assert.equal(0, task:wait().code)
   end)

   it("hold the process up when nobody reads", function()
      local task = start("head -c 262144 /dev/zero", { stdout = "pipe" })
      run "true" -- a whole container's life: time enough
      assert.equal("running", task:status())
      local size = 0
      for chunk in task.stdout:lines(100000) do size = size + #chunk end
      assert.same({ 262144, 0 }, { size, task:wait().code })
   end)

   it("have one reader", function()
      local task = start("read line; echo $line", { stdout = "pipe", stdin = "pipe" })
      local fiber = neap.spawn(function() return task:read "l" end)
      neap.sleep(0)
      assert.has_error(function() task:read "l" end)
      task:write "line\n"
      assert.equal("line", fiber:join())
   end)

   it("refuse to be read once they are closed, and options that are none", function()
      local task = start("echo line; cat", { stdout = "pipe", stdin = "pipe" })
      local nothing, err = task:read("l", { timout = 1 })
      assert.same({ nil, "invalid_argument" }, { nothing, err.code })
      assert.matches("timout", err.message)
      assert.has_error(function() task:read("l", { timeout = "1" }) end)
      assert.has_error(function() task:expect(5) end)
      assert.equal("line", task:read "l")
      assert.same({ true, true }, { task.stdout:close(), task.stdout:close() })
      for _, method in ipairs { "read", "lines", "expect" } do
         local function use() return task[method](task, "l") end
         assert.has_error(method == "lines" and function() use()() end or use)
      end
      assert.same({ true, true }, { task:close_stdin(), task:close_stdin() })
      assert.equal(0, task:wait().code)
   end)

   it("do not take what follows the end", function()
      local task = start("exit 3", { stdin = "pipe" })
      assert.equal(3, task:wait().code)
      local ok, err = task:write "late"
      assert.same({ nil, "failed_precondition" }, { ok, err.code })
      task:delete()
      ok, err = task:write "later"
      assert.same({ nil, "failed_precondition" }, { ok, err.code })
   end)

   --- --- input --------------------------------------------------------------

   it("come from strings, functions and files, to their end", function()
      local path = live.path "input"
      io.open(path, "w"):write("from a file\n"):close()
      local parts = { "from ", "", "a function\n" }
      local big = ("x"):rep(3 * MIB)
      for expected, stdin in pairs {
         ["from a string\n"] = neap.source.string "from a string\n",
         ["from a file\n"] = path,
         ["from a function\n"] = function() return table.remove(parts, 1) end,
         [""] = neap.source.string "",
         [big] = neap.source.string(big),
      } do
         local result = run("cat", { stdin = stdin })
         assert.is_true(expected == result.stdout, #result.stdout .. " bytes")
         assert.is_nil(result.truncated)
      end
   end)

   it("say what an input function raises", function()
      local kept = live.leftovers()
      local result, err = client:run(config("cat", { stdin = function() error("mine", 0) end }))
      assert.is_nil(result)
      assert.matches("mine", tostring(err))
      assert.same(kept, live.leftovers(kept))
   end)

   it("need not be read to their end", function()
      local much = neap.source.string(("line\n"):rep(1e6))
      local result = run("read line; echo $line", { stdin = much })
      assert.same({ "line\n", 0 }, { result.stdout, result.code })
   end)

   --- --- terminals ----------------------------------------------------------

   it("of a terminal are one, that has a size and takes input", function()
      local task = start("tty >/dev/null && echo yes; read line; echo got $line >&2; stty size",
         { stdout = "pipe", stdin = "pipe" }, { terminal = true })
      assert.equal("yes\r\n", task:read "L")
      assert.is_true(task:resize(91, 29))
      task:write "typed\n"
      assert.equal("typed\r\ngot typed\r\n29 91\r\n", task:read "a")
      assert.equal(0, task:wait().code)
      assert.is_nil(task.stderr)
   end)

   it("of a terminal are captured by run", function()
      local result = run("echo out; echo err >&2", { terminal = true })
      assert.same({ "out\r\nerr\r\n" }, { result.stdout, result.stderr })
   end)

   it("have no size without a terminal", function()
      local task = start "sleep 1000"
      local ok, err = task:resize(80, 24)
      assert.same({ nil, "failed_precondition" }, { ok, err.code })
   end)

   --- --- the end ------------------------------------------------------------

   it("are waited for no longer than the drain, while a child holds them", function()
      local task = host()
      local tail = neap.sink.tail(1)
      local process, err = task:exec {
         args = { "sh", "-c", "sleep 1000 & echo said; read line" }, stdin = "pipe",
         stdout = tail, drain = 0.2,
      }
      if not process then error(err) end
      live.wait_until(function() return tail.text() == "said" end)
      process:close_stdin()
      local exit = process:wait()
      assert.same({ 1, "drain", "said" }, { exit.code, exit.truncated, tail.text() })

      process = task:exec { args = { "sh", "-c", "sleep 1000 & echo said" }, stdout = "pipe" }
      assert.is_nil(process:wait().truncated) -- a pipe does not hold it up
      assert.equal("said\n", process:read())
   end)

   it("of an exec are its own", function()
      local task = host()
      local process, err = task:exec {
         args = { "sh", "-c", "cat; echo $A $(pwd) $(id -u) >&2; exit 4" },
         env = { A = "B" }, cwd = "/tmp", user = 12,
         stdin = neap.source.string "in\n", stdout = "pipe", stderr = "pipe",
      }
      if not process then error(err) end
      assert.same({ "in\n", "B /tmp 12\n", 4 },
         { process:read "a", process.stderr:read "a", process:wait().code })
      assert.equal(4, process:delete().code)
   end)

   it("leave nothing", function()
      assert.same(before, live.leftovers(before))
   end)
end)
