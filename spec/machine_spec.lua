local core = require "neap.core"
local machine = require "neap.machine"

local function word_of(command)
   local pipe <close> = assert(io.popen(command))
   return pipe:read "l"
end

describe("neap.machine", function()
   it("is what uname says", function()
      assert.equal(word_of "uname -r", machine.release())
      assert.equal(word_of "uname -m", machine.architecture())
      assert.same({ machine.release(), machine.architecture() }, { core.uname() })
   end)

   it("knows which files there are", function()
      assert.is_true(machine.exists "/proc/self/status")
      assert.is_false(machine.exists "/proc/self/nothing")
   end)
end)
