local endpoint = require "neap.endpoint"

local function there() return true end
local function missing() return false end

local SYSTEM <const> = "/run/containerd/containerd.sock"

describe("neap.endpoint.choose", function()
   local cases = {
      { "takes the caller's address", { address = "/a" }, { engine = "/e" }, there,
         { address = "/a" } },
      { "takes the caller's engine", { engine = "/e" }, { address = "/a" }, there,
         { engine = "/e" } },
      { "knows the default engine", { engine = true }, {}, there,
         { engine = "/var/lib/neap" } },
      { "takes the settings' address", {}, { address = "/a", in_program = true }, missing,
         { address = "/a" } },
      { "takes the settings' engine", {}, { engine = "/e", in_program = true }, there,
         { engine = "/e" } },
      { "takes the system's where it is", {}, { in_program = true }, there,
         { address = SYSTEM, assumed = true } },
      { "takes an engine only where there is no system's", {}, { in_program = true },
         missing, { engine = "/var/lib/neap", assumed = true } },
      { "starts no engine in other hosts", {}, {}, missing,
         { address = SYSTEM, assumed = true } },
   }
   for _, case in ipairs(cases) do
      it(case[1], function()
         assert.same(case[5], endpoint.choose(case[2], case[3], case[4]))
      end)
   end

   it("refuses address with engine", function()
      local chosen, why = endpoint.choose({ address = "/a", engine = true }, {}, there)

      assert.is_nil(chosen)
      assert.matches("exclude", why)
   end)
end)

describe("neap.endpoint.exists", function()
   it("tells a file from none", function()
      assert.is_true(endpoint.exists "/proc/self/stat")
      assert.is_true(endpoint.exists "/")
      assert.is_false(endpoint.exists "/nonexistent/containerd.sock")
      assert.is_false(endpoint.exists "/proc/self/stat/containerd.sock")
   end)
end)

describe("neap.endpoint.advice", function()
   it("says how to start the system's, or to choose the embedded engine", function()
      local advice = endpoint.advice({ address = SYSTEM, assumed = true }, "unavailable")

      assert.matches("systemctl start containerd", advice, 1, true)
      assert.matches("--engine /var/lib/neap", advice, 1, true)
   end)

   it("says nothing about a place that was named", function()
      assert.is_nil(endpoint.advice({ address = "/a" }, "unavailable"))
      assert.is_nil(endpoint.advice({ engine = "/e", assumed = true }, "unavailable"))
   end)

   it("says nothing about other errors", function()
      assert.is_nil(endpoint.advice({ address = SYSTEM, assumed = true }, "unknown"))
   end)
end)
