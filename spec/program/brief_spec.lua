local brief = require "neap.program.brief"
local json = require "neap.json"

describe("neap.program.brief", function()
   it("says a value in a few words", function()
      for _, case in ipairs {
         { nil, "hostname", "-" }, { "a", "hostname", "a" }, { 7, "x", "7" }, { true, "x", "true" },
         { json.null, "x", "null" }, { {}, "x", "{}" }, { json.array {}, "x", "[]" },
         { { "a", "b" }, "process.args", "[a, b]" },
         { { { allow = true } }, "linux.resources.devices", "1 entry" },
         { { {}, {} }, "linux.resources.devices", "2 entries" },
         { "PATH=/bin", "process.env[PATH]", "/bin" },
         { "A=b", "annotations[A]", "A=b" },
         { { destination = "/x", source = "/x", type = "bind", options = { "ro" } }, "mounts[/x]",
            "source=/x type=bind options=[ro]" },
         { { type = "pid" }, "linux.namespaces[pid]", "{}" },
         { { type = "pid", path = "/p" }, "linux.namespaces[pid]", "path=/p" },
         { json.uint "18446744073709551615", "x", "18446744073709551615" },
      } do assert.equal(case[3], brief.value(case[1], case[2])) end
   end)

   it("cuts what is long between characters", function()
      assert.equal(("x"):rep(57) .. "...", brief.value(("x"):rep(61), "x"))
      assert.equal(("ä"):rep(60), brief.value(("ä"):rep(60), "x"))
      assert.equal(("ä"):rep(57) .. "...", brief.value(("ä"):rep(61), "x"))
      assert.equal(("\xff"):rep(57) .. "...", brief.value(("\xff"):rep(61), "x"))
   end)
end)
