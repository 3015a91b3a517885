local program = require "support.program"

local sh = program.sh

describe("neap writing", function()
   it("tells that standard output is full, whatever the way out", function()
      for _, code in ipairs { "print(1)", "io.write(1) os.exit(0)", "print(1) error 'x'" } do
         local result = sh('exec "$0" -e "' .. code .. '" >/dev/full')

         assert.equal(1, result.code)
         assert.matches(
            "neap: writing to standard output: No space left on device\n", result.stderr,
            1, true
         )
      end
   end)

   it("tells the reason of what failed first, where nothing is left to write", function()
      local result = sh [["$0" -e 'io.stdout:setvbuf "no" print(1)' >/dev/full]]

      assert.equal(1, result.code)
      assert.equal("neap: writing to standard output: No space left on device\n",
         result.stderr)
      result = sh [["$0" -e 'io.stdout:setvbuf "no" io.write(1)
         local host = require "neap.host" host.blame(27) host.blame(5)' >/dev/full]]
      assert.matches("File too large\n$", result.stderr)
   end)

   it("ends quietly when nobody reads any more", function()
      local result = sh [["$0" -e 'while true do print "y" end' | head -1]]

      assert.equal("y\n", result.stdout)
      assert.equal("", result.stderr)
   end)

   it("knows when nobody reads any more, before it writes", function()
      local tell = [["$0" -e 'local host = require "neap.host"
         local neap = require "neap"
         local fiber = neap.spawn(host.hangup, 1)
         neap.sleep(0)
         io.stderr:write(tostring(fiber), " ")
         print "y"
         io.stdout:flush()
         io.stderr:write(tostring(fiber:join()), "\n")']]

      assert.equal("neap.fiber (returned) false\n", sh(tell .. " >/dev/null").stderr)
      assert.equal("neap.fiber (live) true\n", sh(tell .. " | head -1").stderr)
   end)

   it("waits for that no longer than its fiber lives", function()
      local result = sh [["$0" -e 'local host = require "neap.host"
         local neap = require "neap"
         local fiber = neap.spawn(host.hangup, 1)
         neap.sleep(0)
         fiber:cancel()
         print(select(2, fiber:join()).code)' | cat]]

      assert.equal("cancelled\n", result.stdout)
   end)

   it("gives what it executes a SIGPIPE that kills", function()
      local result = sh [["$0" -e 'os.execute "yes"' | head -1]]

      assert.equal("y\n", result.stdout)
      assert.not_matches("Broken pipe", result.stderr)
   end)
end)
