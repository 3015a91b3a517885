-- One output, many consumers, on a real containerd: each gets every byte, and none
-- waits for another that said it need not.

local gated = require "support.gate"
local live = require "support.live"
local neap = require "neap"

local MIB <const> = 1 << 20
local MUCH <const> = "head -c 3145728 /dev/zero" -- 3 MiB

describe("consumers of one output", function()
   local client, before

   setup(function() client, before = live.connected() end)
   teardown(function() client:close() end)

   local function config(script, io) return live.config({ "/bin/sh", "-c", script }, io) end

   local function run(script, io)
      local result, err = client:run(config(script, io))
      if not result then error(err) end
      return result
   end

   local made = {}
   after_each(function()
      while #made > 0 do table.remove(made):delete { force = true } end
   end)

   --- A container that is deleted by force at the end of the test.
   local function create(script, changes)
      local container, err = client:create(config(script, changes))
      if not container then error(err) end
      made[#made + 1] = container
      return container
   end

   local function start(script, io)
      local container = create(script)
      local task, unstarted = container:start(io)
      if not task then error(unstarted) end
      return task
   end

   local function counter()
      local count = { size = 0 }
      function count.take(bytes) count.size = count.size + #(bytes or "") end
      return count
   end

   it("all get all", function()
      local path = live.path "log"
      local first, second = counter(), counter()
      local task = start(MUCH .. " | tr '\\0' x", {
         stdout = { first.take, "pipe", path, neap.sink.lines(second.take) },
      })
      local size = 0
      for chunk in task.stdout:lines(100000) do size = size + #chunk end
      assert.same({ 0 }, { task:wait().code, task:wait().truncated })
      local file <close> = assert(io.open(path, "rb"))
      assert.same({ 3 * MIB, 3 * MIB, 3 * MIB, 3 * MIB },
         { first.size, second.size, size, file:seek "end" })
   end)

   it("go on when one raises, and the wait says what", function()
      local count = counter()
      local result, err = client:run(config(MUCH, {
         stdout = { function() error("mine", 0) end, count.take },
      }))
      assert.is_nil(result)
      assert.matches("mine", tostring(err))
      assert.equal(3 * MIB, count.size)
   end)

   it("are held up by one that blocks", function()
      local slow, fast = gated(), counter()
      local fiber = neap.spawn(run, MUCH, { stdout = { slow.take, fast.take } })
      run "true" -- a whole container's life: time enough
      assert.is_true(fast.size < 2 * MIB)
      slow.open()
      local result, err = fiber:join()
      if not result then error(err) end
      assert.same({ 3 * MIB, 3 * MIB }, { slow.size, fast.size })
   end)

   it("are not held up by one that drops", function()
      local slow, fast = gated(), counter()
      local dropping = neap.sink.drop(slow.take, { buffer = "64k" })
      local task = start(MUCH .. "; read line", {
         stdin = "pipe", stdout = { dropping, fast.take }, drain = 0.5,
      })
      live.wait_until(function() return fast.size == 3 * MIB end)
      task:close_stdin()
      local exit = task:wait()
      assert.same({ 1, nil }, { exit.code, exit.truncated })
      -- The first chunk was given before the gate was met.
      assert.is_true(dropping:dropped() > 0)
      slow.open()
      while not slow.is_over do neap.sleep(0.001) end
      assert.equal(3 * MIB, slow.size + dropping:dropped())
   end)

   it("are not held up by one that spills, and that gets all", function()
      local slow, fast = gated(), counter()
      local spilling = neap.sink.spill(slow.take, { buffer = "64k", dir = "/tmp" })
      local task = start(MUCH, { stdout = { fast.take, spilling }, drain = 30 })
      local fiber = neap.spawn(function() return task:wait() end)
      while fast.size < 3 * MIB do neap.sleep(0.001) end
      assert.equal(0, slow.size)
      slow.open()
      local exit, err = fiber:join()
      if not exit then error(err) end
      assert.same({ 0, nil, 3 * MIB, 0 },
         { exit.code, exit.truncated, slow.size, spilling:dropped() })
   end)

   it("hold no more than they say when they block", function()
      local slow, fast = gated(), counter()
      local blocking = neap.sink.block(slow.take, { buffer = 4096 })
      local fiber = neap.spawn(run, MUCH, { stdout = { fast.take, blocking } })
      run "true"
      assert.is_true(fast.size < 2 * MIB)
      slow.open()
      assert(fiber:join())
      assert.same({ 3 * MIB, 3 * MIB }, { slow.size, fast.size })
   end)

   it("may come and go", function()
      local task = start("while read line; do echo got $line; done", {
         stdin = "pipe", stdout = "pipe",
      })
      task:write "one\n"
      assert.equal("got one", task:read "l")
      local tap = assert(task.stdout:tap { policy = "drop", buffer = "1m" })
      task:write "two\n"
      assert.same({ "got two", "got two" }, { task:read "l", tap:read "l" })
      tap:close()
      task:write "three\n"
      assert.equal("got three", task:read "l")
      local last = assert(task.stdout:tap())
      task.stdout:close()
      task:write "four\n"
      assert.equal("got four", last:read "l")
      task:close_stdin()
      assert.same({ nil, 0, 0 }, { last:read "l", task:wait().code, last:dropped() })
      assert.is_nil(assert(task.stdout:tap()):read())
   end)

   it("tell what is wrong with a tap", function()
      local task = start("cat", { stdin = "pipe", stdout = "pipe" })
      for options, why in pairs {
         [{ policy = "lose" }] = 'policy: "lose" is not',
         [{ buffer = 0 }] = "buffer: 0 holds nothing",
         [{ policy = "drop", limit = 1 }] = "limit",
         [{ policy = "spill", dir = "/gone" }] = 'dir: "/gone" does not exist',
      } do
         local tap, err = task.stdout:tap(options)
         assert.same({ nil, "invalid_argument" }, { tap, err.code })
         assert.matches(why, err.message, 1, true)
      end
      assert.has_error(function() task.stdin:tap() end)
      assert.has_error(function() task.stdout:tap "drop" end)
   end)

   it("stop nobody once there are none", function()
      local mark = live.path "mark"
      assert(os.execute("mkdir " .. mark))
      local container = create(MUCH .. "; touch /mark/done", { mounts = { mark .. ":/mark" } })
      local task = assert(container:start { stdout = "pipe" })
      task.stdout:close()
      assert.equal(0, task:wait().code)
      assert.is_not_nil(io.open(mark .. "/done"))
   end)

   --- --- processes ----------------------------------------------------------

   it("may be another process's input", function()
      local count = counter()
      local reader = start("wc -c", { stdin = "pipe", stdout = "pipe" })
      local writer = start(MUCH, { stdout = { reader.stdin, count.take } })
      assert.same({ 0, nil }, { writer:wait().code, writer:wait().truncated })
      assert.equal("3145728\n", reader:read "a")
      assert.same({ 0, 3 * MIB }, { reader:wait().code, count.size })
   end)

   it("may be an input that is another process's output, read before", function()
      local writer = start("echo first; echo second; " .. MUCH, { stdout = "pipe" })
      assert.equal("first", writer:read "l")
      local reader = start("read line; echo $line; wc -c", {
         stdin = writer.stdout, stdout = "pipe",
      })
      assert.equal("second\n3145728\n", reader:read "a")
      assert.same({ 0, 0 }, { writer:wait().code, reader:wait().code })
   end)

   it("say when the other process ended early", function()
      local reader = start("read line; exit 3", { stdin = "pipe" })
      local writer = start("yes | head -c 3145728", { stdout = reader.stdin })
      assert.equal(3, reader:wait().code)
      local exit = writer:wait()
      assert.same({ 0, "EPIPE" }, { exit.code, exit.truncated })
   end)

   it("are refused the wrong way round", function()
      local task = start("cat", { stdin = "pipe", stdout = "pipe" })
      local container = create "true"
      for _, case in ipairs {
         { { stdout = task.stdout }, "stdout: the stream is another process's output" },
         { { stdin = task.stdin }, "stdin: the stream is another process's input" },
      } do
         local started, err = container:start(case[1])
         assert.same({ nil, "invalid_argument" }, { started, err.code })
         assert.matches(case[2], err.message, 1, true)
      end
      task:close_stdin()
      local started, err = container:start { stdout = task.stdin }
      assert.same({ nil, "invalid_argument" }, { started, err.code })
   end)

   it("leave nothing", function()
      assert.same(before, live.leftovers(before))
   end)
end)
