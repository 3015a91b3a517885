local program = require "support.program"
local shell = require "support.shell"

local neap = program.neap

describe("neap on a signal", function()
   local waiting <const> = [[
      local neap = require "neap"
      local _close <close> = setmetatable({}, { __close = function()
         neap.sleep(0.01)
         print "closed"
      end })
      print "ready"
      io.stdout:flush()
      neap.sleep(1000)
   ]]

   for name, status in pairs { INT = 130, TERM = 143, HUP = 129 } do
      it("cancels all fibers and exits " .. status .. " for " .. name, function()
         local process <close> = shell.start { shell.program, "-e", waiting }
         process:await "ready"
         process:kill("sig" .. name:lower())

         local result = process:wait()

         assert.equal(status, result.code)
         assert.equal("ready\nclosed\n", result.stdout)
         assert.equal("", result.stderr)
      end)
   end

   it("ends at once on the second, even while a script computes", function()
      if shell.build:find "thread" then pending "TSan delays signals" end
      local process <close> = shell.start {
         shell.program, "-e", "print 'ready' io.stdout:flush() while true do end",
      }
      process:await "ready"
      process:kill "sigint"
      process:kill "sigterm"

      -- Sent while the first still waits to be taken, one of the two may be
      -- the second.
      local code = process:wait().code
      assert.is_true(code == 143 or code == 130)
   end)

   it("runs a script's own handler, in a fiber, instead", function()
      local process <close> = shell.start { shell.program, "-e", [[
         local neap = require "neap"
         local done
         neap.on_signal("TERM", function(name)
            neap.sleep(0.01)
            print(name)
            done = true
         end)
         print "ready"
         io.stdout:flush()
         while not done do neap.sleep(0.001) end
      ]] }
      process:await "ready"
      process:kill "sigterm"

      local result = process:wait()

      assert.equal("ready\nTERM\n", result.stdout)
      assert.equal(0, result.code)
   end)

   it("gives the default back", function()
      local process <close> = shell.start { shell.program, "-e", [[
         local neap = require "neap"
         neap.on_signal("TERM", print)
         neap.on_signal "TERM"
         print "ready"
         io.stdout:flush()
         neap.sleep(1000)
      ]] }
      process:await "ready"
      process:kill "sigterm"

      assert.equal(143, process:wait().code)
   end)

   it("refuses signals that nobody hears, or that there are not", function()
      local result = neap("-e", [[
         local neap = require "neap"
         print(select(2, neap.on_signal("KILL", print)))
         print(select(2, neap.on_signal("TREM", print)))
         print(pcall(neap.on_signal, {}, print))
      ]])

      assert.matches("invalid_argument: KILL", result.stdout)
      assert.matches('invalid_argument: "TREM".*"TERM"', result.stdout)
      assert.matches("false\tbad argument #1", result.stdout)
   end)
end)
