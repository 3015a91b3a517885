local options = require "neap.program.options"

local function parse(...)
   return options.parse { [0] = "neap", ... }
end

describe("neap.program.options.parse", function()
   local cases = {
      { "nothing", {}, { kind = "none", index = 1 } },
      { "a script", { "a.lua", "--json" }, { kind = "script", index = 1 } },
      { "a path", { "./a" }, { kind = "script", index = 1 } },
      { "standard input", { "-", "x" }, { kind = "script", index = 1 } },
      { "a command", { "ps", "-a" }, { kind = "command", index = 1 } },
      { "code", { "-e", "print(1)", "x" }, { kind = "code", index = 2 } },
      { "options before a script", { "--address", "/a", "--json", "a.lua" },
         { kind = "script", index = 4, address = "/a", json = true } },
      { "an option's value after =", { "--engine=/e=1", "ps" },
         { kind = "command", index = 2, engine = "/e=1" } },
      { "an empty value", { "--address=", "ps" },
         { kind = "command", index = 2, address = "" } },
      { "a value like an option", { "--trace", "-x", "ps" },
         { kind = "command", index = 3, trace = "-x" } },
      { "-- before a command", { "--", "ps" }, { kind = "command", index = 2 } },
      { "-- alone", { "--" }, { kind = "none", index = 2 } },
      { "help", { "-h" }, { kind = "none", index = 2, help = true } },
   }
   for _, case in ipairs(cases) do
      it("reads " .. case[1], function()
         assert.same(case[3], parse(table.unpack(case[2])))
      end)
   end

   local wrong = {
      { "an unknown option, with a hint", { "--adress", "x" }, '"--address"' },
      { "a missing value", { "--engine" }, "'--engine' requires an argument" },
      { "missing code", { "-e" }, "'-e' requires an argument" },
      { "a value that is not wanted", { "--json=1" }, "does not take an argument" },
   }
   for _, case in ipairs(wrong) do
      it("refuses " .. case[1], function()
         local parsed, why = parse(table.unpack(case[2]))

         assert.is_nil(parsed)
         assert.matches(case[3], why, 1, true)
      end)
   end
end)
