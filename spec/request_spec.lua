local copy = require "neap.copy"
local json = require "neap.json"
local request = require "neap.request"
local resolve = require "neap.seccomp.resolve"

local SITUATION <const> = { machine = "x86_64", release = "6.1.0", caps = {} }

local function rules(name)
   return resolve.new({
      base = { defaultAction = "SCMP_ACT_ERRNO" },
      rules = { { rule = { names = { name }, action = "SCMP_ACT_ALLOW" } } },
   }, SITUATION)
end

describe("neap.request", function()
   it("sends a spec as it is, whatever rules are shared", function()
      for _, name in ipairs { "read", "write", "read" } do
         local shared = rules(name)
         for hostname = 1, 2 do
            local spec = { hostname = "h" .. hostname, linux = { seccomp = shared } }
            local expected = json.encode(copy.deep(spec))

            assert.equal(expected, request.spec({}, spec).value)
            assert.is_true(spec.linux.seccomp == shared)
         end
      end
   end)

   it("sends rules of one's own as they are at that time", function()
      local spec = { linux = { seccomp = copy.deep(rules "read") } }
      request.spec({}, spec)
      spec.linux.seccomp.defaultAction = "SCMP_ACT_KILL"

      assert.matches("SCMP_ACT_KILL", request.spec({}, spec).value, 1, true)
   end)

   it("refuses what is no JSON, and leaves the spec as it was", function()
      local shared = rules "read"
      local spec = { hostname = "\xFF", linux = { seccomp = shared } }
      local any, err = request.spec({ id = "x" }, spec)

      assert.is_nil(any)
      assert.equal("invalid_argument", err.code)
      assert.is_true(spec.linux.seccomp == shared)
   end)
end)
