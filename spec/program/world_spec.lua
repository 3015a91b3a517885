local program = require "support.program"
local shell = require "support.shell"

local sh = program.sh
local write_script = program.write_script

describe("neap in a bare world", function()
   it("runs without an environment", function()
      local result = shell.run { "/usr/bin/env", "-i", shell.program, "-e", "print(1)" }

      assert.equal("1\n", result.stdout)
   end)

   it("runs without standard streams", function()
      assert.equal(0, sh([[exec "$0" -e 'print(1)' <&- >&- 2>&-]]).code)
   end)

   it("opens no file in a standard stream's place", function()
      local path = write_script(finally, "")

      sh(([[exec "$0" -e 'local f = io.open("%s", "w") print "lost" f:close()' >&-]])
         :format(path))

      local file <close> = assert(io.open(path))
      assert.equal("", file:read "a")
   end)

   it("finds its modules through a link, from anywhere", function()
      local link = os.tmpname()
      os.remove(link)
      finally(function() os.remove(link) end)
      assert(os.execute(("ln -s '%s' '%s'"):format(shell.program, link)))

      local result = shell.run({ link, "-e", "print(require 'neap'.version)" }, { cwd = "/" })

      assert.matches("^%d+%.%d+%.%d+\n$", result.stdout)
   end)
end)
