local program = require "support.program"
local shell = require "support.shell"

local neap = program.neap
local write_script = program.write_script

describe("neap without a terminal", function()
   local function ask(call)
      return neap("-e", "print(require 'neap.host'." .. call .. ")").stdout
   end

   it("says so", function()
      assert.equal("false\n", ask "is_terminal(0)")
      assert.matches("^nil\tInappropriate ioctl", ask "size(0)")
      assert.matches("^nil\tInappropriate ioctl", ask "raw(0)")
      assert.equal("\n", ask "restore()")
   end)
end)

describe("neap with a terminal made raw", function()
   for way, code in pairs {
      ["its end"] = "",
      ["os.exit"] = "os.exit(3)",
      ["an error"] = "error 'x'",
      ["a signal"] = "os.execute 'kill -TERM $PPID' require 'neap'.sleep(100)",
      ["two signals"] = "os.execute 'kill -TERM $PPID; kill -HUP $PPID' while true do end",
      ["a crash"] = "os.execute 'kill -SEGV $PPID' while true do end",
   } do
      it("restores it after " .. way, function()
         if shell.build:find "san" then pending "a sanitizer takes or delays signals" end
         local path = write_script(finally, ([[
            before=$(stty -g)
            '%s' -e "require 'neap.host'.raw(0)
               assert(os.execute 'stty -a | grep -q -- -icanon') %s"
            test "$(stty -g)" = "$before" && echo same
         ]]):format(shell.program, (code:gsub("%$", "\\$"))))

         local result = shell.run({
            "/usr/bin/script", "-qec", "ulimit -c 0; . " .. path, "/dev/null",
         }, { stdin = "open" }) -- its end would be typed

         assert.matches("same\r\n$", result.stdout)
      end)
   end
end)
