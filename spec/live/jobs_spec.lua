-- scripts/jobs.lua: many commands, each in a container of its own.

local live = require "support.live"
local shell = require "support.shell"

describe("the job runner", function()
   local before

   setup(function() before = live.leftovers() end)
   after_each(function() assert.same(before, live.leftovers(before)) end)

   local function argv(...)
      return {
         live.program, "--address", live.address, "--namespace", live.namespace,
         "scripts/jobs.lua", "--rootfs", live.rootfs(), ...,
      }
   end

   --- What it printed, its lines sorted: jobs end as they like.
   local function lines_of(text)
      local lines = {}
      for line in text:gmatch "[^\n]+" do lines[#lines + 1] = line end
      table.sort(lines)
      return lines
   end

   it("runs what it is given, and numbers what they say", function()
      local result = shell.run(argv("-n", "2"), {
         stdin = "# three jobs\n\necho one\necho two; echo more >&2\nprintf unended\n",
      })
      assert.equal(0, result.code, result.stderr)
      assert.same({ "[1] one", "[2] more", "[2] two", "[3] unended" }, lines_of(result.stdout))
      assert.matches("^3 jobs, 0 failed, %d+%.%d s\n$", result.stderr)
   end)

   it("tells which failed, and runs the rest", function()
      local path = live.path("jobs")
      local file <close> = assert(io.open(path, "w"))
      file:write("echo fine\nexit 3\nno-such-program\n")
      file:close()
      local result = shell.run(argv(path))
      assert.equal(1, result.code)
      assert.matches("[1] fine\n", result.stdout, 1, true)
      assert.matches("[2] failed: exit status 3\n", result.stdout, 1, true)
      assert.matches("[3] failed: exit status 127\n", result.stdout, 1, true)
      assert.matches("failed: [2] exit 3\nfailed: [3] no-such-program\n3 jobs, 2 failed",
         result.stderr, 1, true)
   end)

   it("runs no more than it is told side by side", function()
      local jobs = ("echo begin; sleep 0.1; echo end\n"):rep(3)
      local result = shell.run(argv("-n", "1", "-"), { stdin = jobs })
      assert.equal("[1] begin\n[1] end\n[2] begin\n[2] end\n[3] begin\n[3] end\n", result.stdout)
   end)

   it("leaves nothing when it is interrupted", function()
      local jobs = shell.start(argv("-n", "2"), {
         stdin = ("echo here; exec sleep 1000\n"):rep(3),
      })
      jobs:await("[1] here\n")
      jobs:await("[2] here\n")
      jobs:kill("sigint")
      assert.equal(130, jobs:wait().code)
   end)

   it("explains how it is called", function()
      for _, words in ipairs { {}, { "--rootfs" }, { "-n", "2" }, { "--other" } } do
         local result = shell.run { live.program, "scripts/jobs.lua", table.unpack(words) }
         assert.equal(2, result.code)
         assert.matches("^jobs: usage: ", result.stderr)
      end
      local result = shell.run(argv("-n", "none"), { stdin = "" })
      assert.equal(2, result.code)
      assert.equal("jobs: -n: a whole number above 0, please\n", result.stderr)
      result = shell.run(argv("/nowhere/jobs"))
      assert.equal(2, result.code)
      assert.matches("/nowhere/jobs", result.stderr)
   end)
end)
