-- The commands, without a containerd: their words, help and refusals.

local shell = require "support.shell"

local function neap(...)
   return shell.run({ shell.program, ... }, {
      env = { CONTAINERD_ADDRESS = "/nonexistent/containerd.sock", NEAP_ENGINE = false },
   })
end

local COMMANDS <const> = { "run", "ps", "engine", "version", "help" }

describe("a command of neap", function()
   for _, name in ipairs(COMMANDS) do
      it("is explained by `neap help " .. name .. "`", function()
         local result = neap("help", name)

         assert.equal(0, result.code)
         assert.matches("^Usage: neap " .. name, result.stdout)
         assert.equal(result.stdout, neap(name, "--help").stdout)
      end)
   end

   it("is listed by `neap help`", function()
      local result = neap "help"

      assert.equal(0, result.code)
      for _, name in ipairs(COMMANDS) do
         assert.matches("\n  " .. name .. " +%l", result.stdout)
      end
   end)

   it("refuses wrong usage with status 2, run with 125", function()
      for name, status in pairs { ps = 2, version = 2, engine = 2, help = 2, run = 125 } do
         local result = neap(name, "--nonsense")

         assert.equal(status, result.code)
         assert.matches("unknown option '--nonsense'", result.stderr, 1, true)
         assert.matches("neap help " .. name, result.stderr, 1, true)
         assert.equal("", result.stdout)
      end
   end)

   it("suggests the command that was meant", function()
      local result = neap("rnu", "x")

      assert.equal(2, result.code)
      assert.matches('"rnu" is not a command, did you mean "run"?', result.stderr, 1, true)
      assert.equal(2, neap("help", "rnu").code)
   end)

   it("shows nothing that moves the cursor", function()
      assert.not_matches("\27", neap("\27[2J").stderr, 1, true)
      assert.not_matches("\27", neap("engine", "\27[2J").stderr, 1, true)
   end)

   it("says that there is no socket", function()
      for name, status in pairs { ps = 1, version = 1 } do
         local result = neap(name)

         assert.equal(status, result.code)
         assert.matches("not_found: .*/nonexistent/containerd.sock", result.stderr)
      end
   end)

   it("refuses an address that makes no sense", function()
      for _, address in ipairs { "relative.sock", "tcp://127.0.0.1:1" } do
         local result = neap("--address", address, "ps")

         assert.equal(1, result.code)
         assert.matches("invalid_argument", result.stderr)
         assert.matches(address, result.stderr, 1, true)
      end
      assert.equal(2, neap("--address", "", "ps").code)
   end)

   it("refuses a namespace that is none", function()
      local result = neap("--namespace", "a/b", "ps")

      assert.equal(1, result.code)
      assert.matches('invalid_argument: namespace: "a/b"', result.stderr)
   end)
end)

describe("neap run", function()
   it("refuses with 125, before it connects, what cannot be run", function()
      for _, case in ipairs {
         { {}, "nothing to run" },
         { { "alpine" }, 'images cannot be run yet ("alpine"): use --rootfs DIR' },
         { { "--rootfs", "/", "--rm", "--keep", "true" }, "--rm and --keep exclude each other" },
         { { "--rootfs", "/", "-t", "true" }, "-t needs a terminal" },
         { { "--rootfs", "/", "--label" }, "'--label' requires an argument" },
      } do
         local result = neap("run", table.unpack(case[1]))

         assert.equal(125, result.code)
         assert.matches(case[2], result.stderr, 1, true)
      end
   end)

   it("answers 125 where there is no containerd", function()
      local result = neap("run", "--rootfs", "/", "true")

      assert.equal(125, result.code)
      assert.matches("not_found", result.stderr)
   end)
end)

describe("neap engine", function()
   it("refuses what is neither start, stop nor status", function()
      local result = neap("engine", "restart")

      assert.equal(2, result.code)
      assert.matches('"restart" is none of start, stop, status', result.stderr, 1, true)
   end)

   it("shows that none runs, with status 1", function()
      local dir = os.tmpname()
      os.remove(dir)

      local result = neap("--engine", dir, "engine", "status")

      assert.equal(1, result.code)
      assert.matches("no engine runs under " .. dir, result.stdout, 1, true)
   end)
end)

describe("neap's completion", function()
   local function complete(...)
      local words = { "neap", ... }
      local quoted = {}
      for position, word in ipairs(words) do quoted[position] = "'" .. word .. "'" end
      local result = shell.run {
         "/bin/bash", "-c", ([[
            PATH=$(dirname "$0"):$PATH
            . scripts/completions/neap.bash
            COMP_WORDS=(%s) COMP_CWORD=%d
            _neap
            printf '%%s\n' "${COMPREPLY[@]}"]]):format(table.concat(quoted, " "), #words - 1),
         shell.program,
      }
      local found = {}
      for word in result.stdout:gmatch "[^\n]+" do found[word] = true end
      return found
   end

   it("knows commands, and the options of each", function()
      assert.is_true(complete("p").ps)
      assert.is_true(complete("--a")["--address"])
      assert.is_true(complete("run", "--root")["--rootfs"])
      assert.is_true(complete("--json", "engine", "st").status)
      assert.is_true(complete("--log-level", "wa").warn)
   end)
end)
