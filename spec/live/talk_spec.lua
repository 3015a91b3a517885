-- Conversations with a process: what it is told, what it is expected to say.

local live = require "support.live"

describe("a conversation", function()
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
      local config = { args = { "sh", "-c", script }, stdin = "pipe", stdout = "pipe" }
      for name, value in pairs(io or {}) do config[name] = value end
      local process, err = task:exec(config)
      if not process then error(err) end
      return process
   end

   it("goes by turns", function()
      local process = exec [[
         printf 'login: '; read user
         printf 'password for %s: ' $user; read secret
         echo "welcome $user, $secret is no secret"
         while read a b; do echo $((a + b)); done
         echo bye
      ]]
      assert.equal("login: ", process:expect "login: $")
      process:write "root\n"
      assert.equal("root", process:expect "for (%w+): ")
      process:write("toor", "\n")
      assert.same({ "root", "toor" }, { process:expect "welcome (%w+), (%w+) [^\n]*\n" })
      for i = 1, 100 do
         process:write(i, " ", i, "\n")
         assert.equal(2 * i, process:read "n")
      end
      process:close_stdin()
      assert.equal("bye", process:expect(function(text) return text:find("bye", 1, true) end))
      assert.equal("\n", process:read "a")
      assert.equal(0, process:wait().code)
   end)

   it("fails in the name of the container", function()
      local process = exec "printf 12345; sleep 1000"
      process.stdin:close()
      local tap = process.stdout:tap()
      local soon = { timeout = 0.01 }
      for name, err in pairs {
         read = select(2, process:read("l", soon)),
         option = select(2, process:read("l", { patience = 1 })),
         expect = select(2, process:expect("x", soon)),
         full = select(2, process:expect("x", { limit = 5 })),
         limit = select(2, process:expect("x", { limit = "much" })),
         tap = select(2, tap:read("l", soon)),
         policy = select(2, process.stdout:tap { policy = "keep" }),
         write = select(2, process:write "x"),
      } do
         assert.equal(container.id, err.id, name)
      end
      process:delete { force = true }
   end)

   it("ends in time though more and more is said, and goes on where it was", function()
      local process = exec "yes"
      local options = { timeout = 0.05, limit = "1g" }
      for _ = 1, 2 do
         local found, err = process:expect("never", options)
         assert.same({ nil, "deadline_exceeded" }, { found, err.code })
      end
      local found, err = process:read("a", options)
      assert.same({ nil, "invalid_argument" }, { found, err.code })
      found, err = process:read("a", { timeout = 0.05 })
      assert.same({ nil, "deadline_exceeded" }, { found, err.code })
      assert.same({ "y", "y\n" }, { process:expect "^y", process:read(2):reverse() })
      process:kill "KILL"
      process:wait()
   end)

   it("knows silence, the end, and too much", function()
      local process = exec "printf abc; cat"
      local found, err = process:expect("d", { timeout = 0 })
      assert.same({ nil, "deadline_exceeded" }, { found, err.code })
      assert.equal("b", process:expect("a(.)c", { timeout = 10 }))
      process:write "xyz"
      found, err = process:expect("never", { limit = 2 })
      assert.same({ nil, "resource_exhausted" }, { found, err.code })
      process:close_stdin()
      found, err = process:expect "never"
      assert.same({ nil, "out_of_range" }, { found, err.code })
      assert.equal("xyz", process:read "a")
      assert.equal(0, process:wait().code)
   end)

   it("on a terminal ends as typed, and hangs nobody up", function()
      for _, script in ipairs { "cat; sleep 0.1; echo out", "read x; echo $x; echo out" } do
         for _, said in ipairs { "said\n", "said" } do
            local process = exec(script, { terminal = true })
            process:write(said)
            process:close_stdin()
            assert.matches("said.*said.*out\r\n$", process:read "a")
            assert.equal(0, process:wait().code)
            process:delete()
         end
      end
      local process = exec("exec sh -i", { terminal = true, args = { "sh", "-i" } })
      assert.is_truthy(process:expect("# ", { timeout = 20 }))
      process:write "echo $((6 * 7))\n"
      assert.equal("42", process:expect("\n(%d+)\r", { timeout = 20 }))
      -- Before it asks again it reads lines, and what ends them is no key to it.
      assert.is_truthy(process:expect("# ", { timeout = 20 }))
      process:close_stdin() -- the end of what a shell reads
      process:read "a"
      assert.equal(0, process:wait().code)
      process:delete()
   end)

   it("is refused where it makes no sense", function()
      local process = exec("cat", { stdout = "null" })
      assert.equal("failed_precondition", select(2, process:expect "x").code)
      process:close_stdin()
      process = exec "cat"
      assert.has_error(function() process:expect(5) end)
      assert.has_error(function() process:expect("[") end)
      assert.has_error(function() process:expect("x", 5) end)
      assert.equal("invalid_argument", select(2, process:expect("x", { limit = "x" })).code)
      process:close_stdin()
      assert.same({ nil, "out_of_range" }, { nil, select(2, process:expect "x").code })
   end)
end)
