local nearest = require "neap.nearest"

describe("neap.nearest", function()
   local words = { "memory", "mounts", "args", "env", "id" }

   local cases = {
      { "memry", "memory" }, { "Memory", "memory" }, { "mount", "mounts" },
      { "agrs", "args" }, { "envs", "env" }, { "zzz", nil }, { "", nil }, { 7, nil },
   }
   for _, case in ipairs(cases) do
      it(("answers %s to %s"):format(tostring(case[2]), tostring(case[1])), function()
         assert.equal(case[2], nearest.find(case[1], words))
      end)
   end

   it("gives the end of a message, or nothing", function()
      assert.equal(', did you mean "args"?', nearest.hint("arg", words))
      assert.equal("", nearest.hint("hostname", words))
   end)
end)
