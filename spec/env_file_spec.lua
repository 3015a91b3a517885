local env_file = require "neap.config.env_file"

local function getenv(name) return ({ HERE = "here", EMPTY = "" })[name] end

describe("neap.config.env_file", function()
   local read = {
      { "", {} },
      { "A=1\nB=2", { "A=1", "B=2" } },
      { "A=1\r\nB=2\r\n\r\n", { "A=1", "B=2" } },
      { "# comment\n  # another\nA=#no comment\n\n   \n", { "A=#no comment" } },
      { "  A=1  ", { "A=1  " } },
      { "A='x' \"y\"", { "A='x' \"y\"" } },
      { "A=1=2==", { "A=1=2==" } },
      { "A=\nB", { "A=" } },
      { "HERE\nGONE\nEMPTY", { "HERE=here", "EMPTY=" } },
      { "A=1\nB=2\nA=3", { "A=3", "B=2" } },
      { "\xef\xbb\xbfA=1", { "A=1" } },
      { "ü=Grüße", { "ü=Grüße" } },
   }
   for _, row in ipairs(read) do
      it(("reads %q"):format(row[1]), function()
         assert.same(row[2], assert(env_file.entries(row[1], getenv)))
      end)
   end

   local wrong = {
      { "A=1\n=x", 'line 2: "=x" names no variable' },
      { "A B=1", 'line 1: "A B" is no name of a variable (there is a space in it)' },
      { "A =1", 'line 1: "A " is no name' },
      { "export A=1", 'line 1: "export A" is no name' },
      { "A\tB", 'line 1: "A\\tB" is no name' },
      { "A=\0", "line 1: \"A=\\x00\" contains NUL" },
      { "A=1\nB=\xff", "is not UTF-8" },
      { "A=" .. ("x"):rep(131072), "the kernel takes at most 131071" },
   }
   for _, row in ipairs(wrong) do
      it(("refuses %q"):format(row[1]:sub(1, 20)), function()
         local entries, why = env_file.entries(row[1], getenv)
         assert.is_nil(entries)
         assert.matches(row[2], why, 1, true)
      end)
   end

   it("is through with megabytes of anything", function()
      for _, text in ipairs { "\n", " \n", "#\n", "A=1\n" } do
         assert(env_file.entries(text:rep(1 << 20), getenv))
      end
      for _, text in ipairs { " ", "A", "=", "#" } do
         assert.is_nil((env_file.entries(text:rep(1 << 20), getenv)))
      end
   end)
end)
