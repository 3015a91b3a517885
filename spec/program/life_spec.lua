local program = require "support.program"

local neap, with = program.neap, program.with

describe("neap living", function()
   it("ends when its fibers have ended", function()
      local result = neap("-e", [[
         local neap = require "neap"
         neap.spawn(function() neap.sleep(0.01) print "fiber" end)
         print "chunk"
      ]])

      assert.equal("chunk\nfiber\n", result.stdout)
      assert.equal(0, result.code)
   end)

   it("exits 1 when a failure is left that nobody joined", function()
      local result = neap("-e", "require 'neap'.spawn(error, 'lost')")

      assert.equal(1, result.code)
      assert.matches("^neap: .*lost", result.stderr)
   end)

   it("exits 0 when a failure was joined late", function()
      local result = neap("-e", [[
         local neap = require "neap"
         local fiber = neap.spawn(error, "late")
         neap.sleep(0.01)
         print(fiber:join())
      ]])

      assert.equal(0, result.code)
      assert.matches("late", result.stdout)
   end)

   it("lets a module wait while it is required", function()
      local dir = os.tmpname()
      os.remove(dir)
      assert(os.execute("mkdir " .. dir))
      finally(function() os.execute("rm -r " .. dir) end)
      local file = assert(io.open(dir .. "/slow.lua", "w"))
      file:write "require 'neap'.sleep(0.01) return 'slow'"
      file:close()

      local result = with({ cwd = dir }, "-e", "print((require 'slow'))")

      assert.equal("slow\n", result.stdout)
   end)

   it("refuses neap.loop, which it runs itself", function()
      local result = neap("-e", "require 'neap'.loop()")

      assert.equal(1, result.code)
      assert.matches("neap.loop", result.stderr, 1, true)
   end)
end)
