local script = require "neap.program.script"

describe("neap.program.script", function()
   it("puts arguments where lua puts them", function()
      assert.same(
         { [-2] = "neap", [-1] = "--json", [0] = "a.lua", "x", "y" },
         script.arguments({ [0] = "neap", "--json", "a.lua", "x", "y" }, 2)
      )
   end)

   it("loads code", function()
      local chunk = script.load({ [0] = "neap", "-e", "return ..." }, {
         kind = "code", index = 2,
      })

      assert.equal(7, chunk(7))
   end)

   local wrong = {
      { "a missing script", "/nonexistent/a.lua",
         "cannot open /nonexistent/a.lua: No such file or directory" },
      { "a directory", "/", "cannot read /: Is a directory" },
   }
   for _, case in ipairs(wrong) do
      it("says in one line what is wrong with " .. case[1], function()
         local chunk, why = script.load({ [0] = "neap", case[2] }, {
            kind = "script", index = 1,
         })

         assert.is_nil(chunk)
         assert.equal(case[3], why)
      end)
   end
end)
