-- What others than the caller have to say about a spec.

local json = require "neap.json"
local neap = require "neap"
local origin = require "neap.spec.origin"
local policies = require "neap.policies"
local spec = require "neap.spec"

local function config(fields)
   local made = { id = "web", rootfs = "/rootfs", args = { "true" } }
   for name, value in pairs(fields or {}) do made[name] = value end
   return made
end

describe("neap.policy", function()
   local handles

   before_each(function() handles = {} end)
   after_each(function()
      for _, handle in ipairs(handles) do handle:remove() end
      assert.is_nil(policies.find(nil, "default"))
   end)

   local function policy(fn, options)
      handles[#handles + 1] = neap.policy(fn, options)
      return handles[#handles]
   end

   local function make(fields, notes)
      return spec.new(config(fields), {
         namespace = "default", origin = notes or {}, policies = policies.find(nil, "default"),
      })
   end

   it("edits a spec in place", function()
      policy(function(made) made.process.oomScoreAdj = 100 end)
      local notes = {}
      assert.equal(100, make({}, notes).process.oomScoreAdj)
   end)

   it("is what explain names", function()
      policy(function(made)
         made.linux.resources.memory = { limit = 1 << 20 }
         made.process.env[1] = "PATH=/bin"
      end, { name = "small" })
      local notes = {}
      local made = make({ env = { "A=1" } }, notes)
      for path, expected in pairs {
         ["linux.resources.memory.limit"] = "policy small", ["process.env[A]"] = "env",
         ["process.env[PATH]"] = "policy small",
      } do assert.equal(expected, origin.rows(made, notes, path)[1].option) end
   end)

   it("is not named any more for what another took away", function()
      policy(function(made) made.mounts[1].options = json.array { "ro" } end, { name = "one" })
      policy(function(made) table.remove(made.mounts, 1) end, { name = "two" })
      local notes = {}
      local rows = origin.rows(make({}, notes), notes, "mounts[/proc]")
      assert.same({ { path = "mounts[/proc]", concern = "mounts", option = "policy two" } }, rows)
   end)

   it("refuses with its reason", function()
      for _, answer in ipairs {
         table.pack(nil, "no shells"), table.pack(false, "no shells"),
         table.pack(nil, { message = "no shells" }),
      } do
         local handle = policy(function() return table.unpack(answer, 1, answer.n) end,
            { name = "guard" })
         local made, err = make()
         assert.is_nil(made)
         assert.same({ "permission_denied", "policy guard: no shells", "container.create", "web" },
            { err.code, err.message, err.op, err.id })
         handle:remove()
      end
      policy(function() return false end, { name = "guard" })
      assert.equal("policy guard: refused", select(2, make()).message)
   end)

   it("is called by the place it is written at where it has no name", function()
      policy(function() return nil, "no" end)
      local _, err = make()
      assert.truthy(err.message:find "policy [^ ]*policy_spec.lua:%d+: no$", err.message)
   end)

   it("is told the options, which it cannot change, and the place", function()
      local seen
      policy(function(_, options, where)
         seen = { options.args[1], options.rootfs, where.op, where.namespace, where.client }
         options.args[1], options.rootfs, options.hostname = "sh", "/", "other"
      end)
      local later
      policy(function(_, options) later = { options.args[1], options.rootfs, options.hostname } end)
      local made = make()
      assert.same({ "true", "/rootfs", "create", "default" }, seen)
      assert.same({ "true", "/rootfs" }, later)
      assert.same({ "true", "/rootfs" }, { made.process.args[1], made.root.path })
      assert.equal("web", made.hostname)
   end)

   it("has the last word in the order of registration, and a refusal before all", function()
      policy(function(made) made.hostname = "one" end)
      policy(function(made) made.hostname = made.hostname .. "-two" end)
      assert.equal("one-two", make().hostname)
      local refusing = policy(function() return nil, "no" end, { name = "third" })
      policy(function() return true end)
      assert.equal("permission_denied", select(2, make()).code)
      refusing:remove()
      refusing:remove()
      assert.equal("one-two", make().hostname)
   end)

   it("refuses by raising, too, and by an answer that is none", function()
      for _, case in ipairs {
         { function() error("oops", 0) end, "failed: oops" },
         { function() error { message = "oops" } end, "failed: oops" },
         { function() return { hostname = "other" } end, "answered a table" },
         { function() return "no" end, "answered a string" },
      } do
         local handle = policy(case[1], { name = "broken" })
         local made, err = make()
         assert.is_nil(made)
         assert.equal("internal", err.code)
         assert.truthy(err.message:find("policy broken: " .. case[2], 1, true), err.message)
         handle:remove()
      end
      policy(function(made) return made end)
      assert(make())
   end)

   it("does not free the spec of its checks", function()
      for _, case in ipairs {
         { function(made) made.process.args = {} end, "args: missing" },
         { function(made) made.process.args = "sh" end, "spec.process.args" },
         { function(made) made.process.env = { "A\0" } end, "NUL" },
         { function(made) made.process = nil end, "spec.process: missing" },
         { function(made) made.linux.namespaces = json.array {} end, "namespaces" },
      } do
         local handle = policy(case[1])
         local made, err = make()
         assert.is_nil(made)
         assert.equal("invalid_argument", err.code)
         assert.truthy(err.message:find(case[2], 1, true), err.message)
         handle:remove()
      end
   end)

   it("looks at an exec's process", function()
      policy(function(process, options, where)
         if where.op ~= "exec" then return nil, "not an exec" end
         process.env[#process.env + 1] = "SEEN=" .. options.args[1]
      end)
      local container = make { policies = false } or { process = { cwd = "/", env = {} } }
      local process = assert(spec.exec(container, { id = "e", args = { "id" } }, {
         namespace = "default", policies = policies.find(nil, "default"),
      }))
      assert.equal("SEEN=id", process.env[#process.env])
      policy(function(made) made.args = {} end)
      local made, err = spec.exec(container, { id = "e", args = { "id" } }, {
         namespace = "default", policies = policies.find(nil, "default"),
      })
      assert.is_nil(made)
      assert.same({ "invalid_argument", "task.exec" }, { err.code, err.op })
   end)

   it("may be for one namespace", function()
      policy(function() return nil, "no" end, { namespace = "prod" })
      assert.is_nil(policies.find(nil, "default"))
      assert.equal(1, #policies.find(nil, "prod"))
   end)

   it("is not for who is no client, where it is for one", function()
      local client = assert(neap.connect and io.tmpfile()) -- any userdata
      policy(function() return nil, "no" end, { client = client })
      assert.is_nil(policies.find(nil, "default"))
      assert.equal(1, #policies.find(client, "default"))
      client:close()
   end)

   it("may wait", function()
      policy(function(made)
         neap.sleep(0)
         made.hostname = "waited"
      end)
      assert.equal("waited", make().hostname)
      local fiber = neap.spawn(make)
      assert.equal("waited", fiber:join().hostname)
   end)

   it("is cancelled with who waits in it", function()
      local reached
      policy(function()
         reached = true
         neap.sleep(60)
      end)
      local fiber = neap.spawn(make)
      neap.sleep(0)
      assert.is_true(reached)
      fiber:cancel()
      local made, err = fiber:join()
      assert.is_nil(made)
      assert.equal("cancelled", err.code)
   end)

   it("raises for what it is given wrong", function()
      for _, case in ipairs {
         { {}, "function expected, got nil" }, { { 1 }, "function expected, got number" },
         { { print, 1 }, "table expected, got number" },
         { { print, { namesapce = "x" } }, "namesapce: unknown field" },
         { { print, { namespace = 1 } }, "namespace: string expected, got number" },
         { { print, { client = "x" } }, "client: client expected, got string" },
      } do
         local ok, err = pcall(neap.policy, table.unpack(case[1]))
         assert.is_false(ok)
         assert.truthy(err:find(case[2], 1, true), err)
      end
   end)
end)
