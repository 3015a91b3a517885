-- Processes joined like a shell's pipeline.

local live = require "support.live"
local neap = require "neap"

describe("a pipe", function()
   local client, container, task, before
   local mine, made -- processes, and containers, removed after each

   setup(function()
      client, before = live.connected()
      container = client:create { rootfs = live.rootfs(), args = { "sleep", "1000" } }
      task = container:start()
   end)
   before_each(function() mine, made = {}, {} end)
   after_each(function()
      for _, process in ipairs(mine) do process:delete { force = true } end
      for _, each in ipairs(made) do each:delete { force = true } end
   end)
   teardown(function()
      container:delete { force = true }
      assert.same(before, live.leftovers(before))
      client:close()
   end)

   local function known(process, err)
      if not process then error(err) end
      mine[#mine + 1] = process
      return process
   end

   local function merged(io, more)
      local all = {}
      for name, value in pairs(io or {}) do all[name] = value end
      for name, value in pairs(more or {}) do all[name] = value end
      return all
   end

   --- Stages: a shell script in the shared container, or in one of its own.
   local function exec(script, more)
      return function(io)
         return known(task:exec(merged(merged(io, more), { args = { "sh", "-c", script } })))
      end
   end

   local function own(script, more)
      return function(io)
         local one = client:create { rootfs = live.rootfs(), args = { "sh", "-c", script } }
         made[#made + 1] = one
         return known(one:start(merged(io, more)))
      end
   end

   local function collected()
      local parts = {}
      return parts, function(bytes) parts[#parts + 1] = bytes end
   end

   --- What a pipe's processes ended with; raises what it answers as an error.
   local function codes(...)
      local exits, err = neap.pipe(...)
      if not exits then error(err) end
      local list = {}
      for i, exit in ipairs(exits) do list[i] = exit.code end
      return list
   end

   it("joins processes of any containers, and answers the exits of all", function()
      local parts, take = collected()
      assert.same({ 1, 0, 3 }, codes(
         own "seq 1 50000; exit 1",
         exec "tr 0-9 a-j",
         own("wc -l; exit 3", { stdout = take })
      ))
      assert.equal("50000\n", table.concat(parts))
   end)

   it("takes processes that run, and what is left of what they said", function()
      local parts, take = collected()
      local first = exec "seq 1 1000" { stdout = "pipe" }
      assert.same({ "1", "2" }, { first:read "l", first:expect "2" })
      local last = exec("cat", { stdout = take }) { stdin = "pipe" }
      assert.same({ 0, 0, 0 }, codes(first, exec "cat", last))
      local text = table.concat(parts)
      assert.equal("\n3\n4\n", text:sub(1, 5))
      assert.equal("999\n1000\n", text:sub(-9))
      assert.same({ 4 }, codes(exec "exit 4")) -- a short one
   end)

   it("lets the last one's output be read, and the first one's input be written", function()
      local first = exec("cat", { stdin = "pipe" }) { stdout = "pipe" }
      local last = exec("sort -r", { stdout = "pipe" }) { stdin = "pipe" }
      local fiber = neap.spawn(neap.pipe, first, last)
      assert.is_true(first:write "a\nc\n")
      assert.is_true(first:write "b\n")
      assert.is_true(first:close_stdin())
      assert.equal("c\nb\na\n", last:read "a")
      assert.same({ 0, 0 }, { fiber:join()[1].code, fiber:join()[2].code })
   end)

   it("breaks where a reader ends early: its writer gets SIGPIPE", function()
      local exits = neap.pipe(exec "exec yes", exec "head -n 1")
      assert.same({ 141, 13, 0 }, { exits[1].code, exits[1].signal, exits[2].code })
      assert.same({ 141, 141, 2 },
         codes(exec "exec yes", exec "exec cat", exec "read line; exit 2"))
      -- who does not mind writes on, to nobody
      local parts, take = collected()
      assert.same({ 5, 0 }, codes(
         exec([[trap '' PIPE; head -c 4000000 /dev/zero; echo on >&2; exit 5]], { stderr = take }),
         exec "exit 0"
      ))
      assert.equal("on\n", table.concat(parts))
   end)

   it("does not break for a writer that writes no more", function()
      assert.same({ 7, 0 }, codes(exec "echo x; sleep 0.3; exit 7", exec "read line"))
      assert.same({ 7, 0 }, codes(exec "head -c 50000 /dev/zero; exit 7", exec "exit 0"))
      assert.same({ 0, 0 }, codes(exec "exit 0", exec "exit 0"))
   end)

   it("breaks for the first process of a container, which does not hear SIGPIPE", function()
      assert.same({ 137, 0 }, codes(own "exec yes", own "read line"))
      local parts, take = collected()
      assert.same({ 5, 0 }, codes( -- but its child does
         own("yes; echo after $? >&2; exit 5", { stderr = take }), own "read line"))
      assert.equal("after 141\n", table.concat(parts))
      assert.same({ 6, 0 }, codes(
         own "trap 'exit 6' PIPE; while true; do echo y; done", own "read line"))
   end)

   it("leaves no child of an exec that writes to nobody", function()
      local alone = #task:pids()
      assert.same({ 0, 0 }, codes(exec "yes & exit 0", exec "read line"))
      live.wait_until(function() return #task:pids() == alone end)
   end)

   it("says what a consumer raises", function()
      local exits, err = neap.pipe(exec "seq 1 10", exec("cat", {
         stdout = function() error("mine", 0) end,
      }))
      assert.is_nil(exits)
      assert.matches("mine", tostring(err))
   end)

   it("ends what it started where it comes to nothing, and nothing else", function()
      local given = exec "read line; exec sleep 1000" {
         stdin = "pipe", stdout = "pipe",
      }
      local alone = #task:pids()
      for _, bad in ipairs {
         function() return task:exec { args = { "/nowhere" } } end,
         function() return task:exec { args = { "sleep", "1000" } } end,
         function() error("mine", 0) end,
         function() return 5 end,
         function() end,
      } do
         local ok, exits, err = pcall(neap.pipe, given, exec "cat", bad)
         assert.is_true(not ok or exits == nil and err ~= nil)
      end
      for _, process in ipairs(task:processes()) do -- what the second left
         if process.exec_id and process.exec_id ~= given.id then
            task:process(process.exec_id):delete { force = true }
         end
      end
      assert.equal(alone, #task:pids())

      local is_joined = false
      local pipe = neap.spawn(neap.pipe, given, exec "sleep 1000", function(io)
         local last = own "sleep 1000"(io)
         is_joined = true
         return last
      end)
      live.wait_until(function() return is_joined end)
      pipe:cancel()
      local none, err = pipe:join()
      assert.same({ nil, "cancelled" }, { none, err.code })
      assert.equal(alone, #task:pids())
      assert.equal("not_found", select(2, mine[#mine]:status()).code)
      assert.equal("running", given:status())
      assert.is_true(given:write "go on\n")
   end)

   it("refuses what is no process, and processes without the pipes", function()
      assert.has_error(function() neap.pipe() end)
      assert.has_error(function() neap.pipe(5) end)
      assert.has_error(function() neap.pipe(exec "true", nil) end)
      assert.has_error(function() neap.pipe(exec "true", container) end)
      local quiet = exec "sleep 1000" {}
      for _, stages in ipairs { { quiet, exec "cat" }, { exec "true", quiet } } do
         local exits, err = neap.pipe(table.unpack(stages))
         assert.same({ nil, "failed_precondition" }, { exits, err.code })
      end
      local read = exec "cat" { stdin = "pipe", stdout = "pipe" }
      local reader = neap.spawn(function() return read:read() end)
      neap.sleep(0)
      assert.has_error(function() neap.pipe(read, exec "cat") end,
         "the stream has a reader already")
      read:close_stdin()
      reader:join()
   end)
end)
