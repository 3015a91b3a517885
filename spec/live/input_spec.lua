-- Standard input: all of it, then its end, once; wherever it comes from.

local core = require "neap.core"
local live = require "support.live"
local neap = require "neap"

describe("standard input", function()
   local client, container, task, before

   setup(function()
      client, before = live.connected()
      container = client:create { rootfs = live.rootfs(), args = { "sleep", "1000" } }
      task = container:start()
   end)
   teardown(function()
      container:delete { force = true }
      assert.same(before, live.leftovers(before))
      client:close()
   end)

   local function exec(script, io)
      local config = { args = { "sh", "-c", script }, stdout = "pipe" }
      for name, value in pairs(io or {}) do config[name] = value end
      local process, err = task:exec(config)
      if not process then error(err) end
      return process
   end

   --- What a process that was given `stdin` got, how it ended, and the RPCs that this took.
   local function got(stdin, script)
      local calls, text, exit, err = live.count(function()
         local process = exec(script or "cat; echo END", { stdin = stdin })
         local text = process:read "a"
         local exit, err = process:wait()
         process:delete()
         return text, exit, err
      end)
      return text, exit, err, calls
   end

   local function from(list)
      local i = 0
      return function()
         i = i + 1
         return list[i]
      end
   end

   local big = ("0123456789abcde\n"):rep(200000) -- 3 MiB

   it("comes from strings, files, functions and iterators, whole, and ends once", function()
      local path = live.path "input"
      io.open(path, "wb"):write(big):close()
      for expected, sources in pairs {
         [big] = {
            neap.source.string(big), path, io.lines(path, 100000), from { big },
            from { big:sub(1, 7), "", big:sub(8) }, big:gmatch "[^\n]*\n",
         },
         [""] = { neap.source.string "", "/dev/null", from {}, from { "", "" } },
         ["1 2.5"] = { from { 1, " ", 2.5 } },
      } do
         for _, stdin in ipairs(sources) do
            local text, exit, err, calls = got(stdin)
            if not exit then error(err) end
            assert.is_true(text == expected .. "END\n", #text .. " bytes")
            assert.same({ 0, 1 }, { exit.code, calls["Tasks/CloseIO"] })
         end
      end
   end)

   it("comes from another process", function()
      local first = exec "seq 1 100000"
      local text, exit = got(first.stdout:lines(65536), "wc -l; cat")
      assert.same({ "100000\n", 0 }, { text, exit.code })
      assert.equal(0, first:wait().code)

      for _, of in ipairs {
         function(process) return function() return process:read() end end,
         function(process) return process.stdout end,
      } do
         first = exec "seq 1 100000; cat"
         assert.equal("1", first:read "l")
         local calls
         text, exit, _, calls = got(of(first), "wc -l; cat; echo END")
         assert.same({ "99999\nEND\n", 0, 1 }, { text, exit.code, calls["Tasks/CloseIO"] })
      end
   end)

   it("ends after what was given, where its source fails; the wait says why", function()
      local own = core.error { code = "aborted", op = "mine", message = "no" }
      local function failing(with)
         local given
         return function()
            if given then return with() end
            given = true
            return "given\n"
         end
      end
      for _, case in ipairs {
         { function() error("mine", 0) end, "mine" },
         { function() error(own) end, "aborted" },
         { function() return nil, own end, "aborted" },
         { function() return nil, "EIO" end, "EIO" },
         { function() return {} end, "gave a table" },
         { function() return true end, "gave a boolean" },
      } do
         local text, exit, err, calls = got(failing(case[1]))
         assert.same({ "given\nEND\n", 1 }, { text, calls["Tasks/CloseIO"] })
         assert.is_nil(exit)
         assert.matches(case[2], tostring(err), 1, true)
      end
   end)

   it("asks no more of a source whose process has ended, waiting or not", function()
      local ended, asked = false, 0
      local process = exec("exit 3", { stdin = function()
         local _c <close> = setmetatable({}, { __close = function() ended = true end })
         core.condition():wait() -- for ever
      end })
      assert.equal(3, process:wait().code)
      live.wait_until(function() return ended end)
      assert.equal(3, process:wait().code)

      process = exec("read line; echo $line", { stdin = function()
         asked = asked + 1
         return big
      end })
      assert.equal(0, process:wait().code)
      local before_rest = asked
      neap.sleep(0.01)
      assert.same({ "0123456789abcde\n", before_rest }, { process:read "a", asked })
      assert.is_true(asked <= 2)
   end)

   it("ends once, after what was written, whoever closes it and how often", function()
      local process = exec("cat; echo END", { stdin = "pipe" })
      local writer = neap.spawn(function() return process:write(big) end)
      local reader = neap.spawn(function() return process:read "a" end)
      neap.sleep(0)
      local calls = live.count(function()
         assert.same({ true, true }, { process:close_stdin(), process:close_stdin() })
         local late, err = process:write "late"
         assert.same({ nil, "failed_precondition" }, { late, err.code })
         assert.is_true(writer:join())
         assert.is_true(reader:join() == big .. "END\n")
         assert.equal(0, process:wait().code)
      end)
      assert.equal(1, calls["Tasks/CloseIO"])
   end)

   it("takes no more than its process reads; what is written waits", function()
      local process = exec("read line; echo $line; cat >/dev/null; echo END", { stdin = "pipe" })
      local taken = 0
      local writer = neap.spawn(function()
         for _ = 1, 64 do
            process:write(big:sub(1, 16384))
            taken = taken + 1
         end
         process:close_stdin()
      end)
      assert.equal("0123456789abcde", process:read "l")
      writer:join()
      assert.same({ "END\n", 64 }, { process:read "a", taken })

      process = exec("sleep 1000", { stdin = "pipe" })
      taken = 0
      writer = neap.spawn(function()
         while process:write(big:sub(1, 16384)) do taken = taken + 1 end
         return select(2, process:write "x").code
      end)
      live.wait_until(function() -- until it waits
         local now = taken
         neap.sleep(0.1)
         return now == taken
      end)
      assert.is_true(taken >= 4 and taken <= 16, taken .. " times 16 KiB")
      process:kill "KILL"
      assert.equal("failed_precondition", writer:join())
   end)

   it("ends though containerd is away when it is closed", function()
      local daemon = live.daemon()
      finally(function() daemon:stop() end)
      local other <close> = daemon:client()
      local io = { stdin = "pipe", stdout = "pipe" }
      local first = other:create { rootfs = live.rootfs(), args = { "cat" } }
      local second = other:create { rootfs = live.rootfs(), args = { "sleep", "1000" } }
      local cat, process = first:start(io), second:start()
      process = process:exec { args = { "cat" }, stdin = "pipe", stdout = "pipe" }
      daemon:stop()
      for _, each in ipairs { cat, process } do
         each:write "said\n"
         assert.equal("said", each:read "l")
         each:close_stdin()
      end
      neap.sleep(0.05) -- it is told in vain
      daemon:start()
      for _, each in ipairs { process, cat } do
         assert.same({ "" }, { each:read("a", { timeout = 60 }) })
         assert.equal(0, each:wait { timeout = 60 }.code)
      end
      for _, made in ipairs { first, second } do made:delete { force = true } end
   end)

   it("is short where its file cannot be read, which the exit tells", function()
      local text, exit = got "/proc/self/mem"
      assert.same({ "END\n", 0, "EIO" }, { text, exit.code, exit.truncated })
   end)

   it("keeps what each of several writers writes in one piece", function()
      local process = exec("cat", { stdin = "pipe" })
      local writers = {}
      for i = 1, 9 do
         writers[i] = neap.spawn(function() return process:write((tostring(i)):rep(200000)) end)
      end
      local reader = neap.spawn(function() return process:read "a" end)
      for i = 1, 9 do assert.is_true(writers[i]:join()) end
      process:close_stdin()
      local expected = {}
      for i = 1, 9 do expected[i] = (tostring(i)):rep(200000) end
      assert.is_true(reader:join() == table.concat(expected))
   end)

   it("is no directory", function()
      local process, err = task:exec { args = { "cat" }, stdin = "/tmp/." }
      assert.same({ nil, "invalid_argument", "EISDIR" }, { process, err.code, err.errno })
   end)
end)
