local program = require "support.program"
local shell = require "support.shell"

local neap, with = program.neap, program.with
local write_script = program.write_script

describe("neap running a script", function()
   it("gives it its arguments", function()
      local path = write_script(finally, "print(arg[0] == arg[3], arg[-1], arg[1], ...)")

      local result = neap("--json", path, "a", "b", path)

      assert.equal("true\t--json\ta\ta\tb\t" .. path .. "\n", result.stdout)
      assert.equal(0, result.code)
   end)

   it("reads it from standard input", function()
      assert.equal("7\n", with({ stdin = "print(...)" }, "-", "7").stdout)
   end)

   it("skips a first line that begins with #", function()
      local path = write_script(finally, "#!/usr/bin/env neap\nprint 'ran'")

      assert.equal("ran\n", neap(path).stdout)
   end)

   it("gives its exit status", function()
      assert.equal(0, neap("-e", "return 5").code)
      assert.equal(7, neap("-e", "os.exit(7)").code)
      assert.equal(1, neap("-e", "os.exit(false)").code)
   end)

   it("tells an uncaught error with its traceback, and exits 1", function()
      local result = neap("-e", "local function f() error 'boom' end\nf()")

      assert.equal(1, result.code)
      assert.matches("^neap: %(command line%):1: boom\nstack traceback:\n", result.stderr)
      assert.matches("(command line):2: in main chunk", result.stderr, 1, true)
      assert.not_matches("xpcall", result.stderr)
   end)

   it("tells an error that is an object", function()
      local result = neap("-e",
         "error(require 'neap.error'.new { op = 'a', code = 'b', message = 'c\27[2J' })")

      assert.matches("^neap: a: b: c\\x1b%[2J\n", result.stderr)
      assert.matches("error object is a table value",
         neap("-e", "error {}").stderr, 1, true)
   end)

   it("says in one line what is wrong with the script", function()
      for _, case in ipairs {
         { "/nowhere.lua", "neap: cannot open /nowhere.lua: No such file or directory\n" },
         { "/", "neap: cannot read /: Is a directory\n" },
         { write_script(finally, "x = = 1"), "unexpected symbol near '='\n" },
      } do
         local result = neap(case[1])

         assert.equal(1, result.code)
         assert.matches(case[2], result.stderr, 1, true)
         assert.equal(1, select(2, result.stderr:gsub("\n", "")))
      end
   end)

   it("says when it may not read the script", function()
      local path = write_script(finally, "print 1")
      os.execute("chmod 000 " .. path)
      local result = shell.run {
         "/usr/bin/setpriv", "--reuid=65534", "--regid=65534", "--clear-groups",
         shell.program, path,
      }

      assert.equal(1, result.code)
      assert.matches("Permission denied", result.stderr)
   end)
end)
