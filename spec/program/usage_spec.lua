local usage = require "neap.program.usage"

local options = {
   { "-e", "--env", value = "NAME=VALUE", many = true, help = "" },
   { "-i", "--interactive", help = "" },
   { "-t", "--tty", help = "" },
   { "--name", value = "ID", help = "" },
}
local command = {
   summary = "A command.", options = options, stops = true,
   operands = { { "cmd", args = "*", help = "" } },
}

describe("neap.program.usage.stop_at_operand", function()
   local cases = {
      { { "-it", "sh", "-c", "x" }, { "-it", "--", "sh", "-c", "x" } },
      { { "-e", "A=1", "sh", "-t" }, { "-e", "A=1", "--", "sh", "-t" } },
      { { "-eA=1", "sh" }, { "-eA=1", "--", "sh" } },
      { { "-ie", "A=1", "sh" }, { "-ie", "A=1", "--", "sh" } },
      { { "--env=A=1", "--name", "x", "-" }, { "--env=A=1", "--name", "x", "--", "-" } },
      { { "-i", "--", "sh", "--" }, { "-i", "--", "sh", "--" } },
      { { "-i" }, { "-i" } },
      { {}, {} },
   }
   for _, case in ipairs(cases) do
      it("marks the operand in " .. table.concat(case[1], " "), function()
         assert.same(case[2], usage.stop_at_operand(options, case[1]))
      end)
   end
end)

describe("neap.program.usage.join_negative", function()
   local cases = {
      { { "--name", "-1", "-e", "-.5", "x" }, { "--name=-1", "-e-.5", "x" } },
      { { "-ie", "-1" }, { "-ie-1" } },
      { { "--name", "-x", "-t", "-1" }, { "--name", "-x", "-t", "-1" } },
      { { "--name=", "-1", "--name" }, { "--name=", "-1", "--name" } },
      { { "--", "--name", "-1" }, { "--", "--name", "-1" } },
   }
   for _, case in ipairs(cases) do
      it("joins in " .. table.concat(case[1], " "), function()
         assert.same(case[2], usage.join_negative(options, case[1]))
      end)
   end
end)

describe("neap.program.usage.parse", function()
   it("takes a negative number for a value", function()
      assert.equal("-1", usage.parse("x", command, { "--name", "-1", "sh", "-1" }).name)
   end)

   it("leaves options after the first operand to the operand", function()
      local parsed = assert(usage.parse("x", command, { "-t", "-e", "A=1", "sh", "-i" }))

      assert.same({ "sh", "-i" }, parsed.cmd)
      assert.same({ "A=1" }, parsed.env)
      assert.is_true(parsed.tty)
      assert.is_nil(parsed.interactive)
   end)

   it("names the option it does not know", function()
      local parsed, why = usage.parse("x", command, { "--nmae", "x", "sh" })

      assert.is_nil(parsed)
      assert.matches("--nmae", why, 1, true)
      assert.matches("--name", why, 1, true)
   end)
end)
