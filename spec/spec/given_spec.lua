local spec = require "neap.spec"
local oci = require "support.oci"

local config, new = oci.config, oci.new
local context = { namespace = "default" }

describe("neap.spec through a function", function()
   it("is edited", function()
      local made = new { spec = function(s) s.hostname = "edited" end }

      assert.equal("edited", made.hostname)
   end)

   it("is replaced", function()
      local function own()
         return { ociVersion = "1.0.2", process = { args = { "x" }, cwd = "/" },
            root = { path = "/r" }, linux = { namespaces = { { type = "mount" } } } }
      end

      assert.same(own(), new { spec = own })
   end)

   local function fails(fn)
      local made, err = spec.new(config { spec = fn }, context)
      assert.is_nil(made)
      return err.message
   end

   it("must come out whole", function()
      assert.equal("spec: the function returned 7 (a whole spec, or nothing)",
         fails(function() return 7 end))
      assert.equal("spec.ociVersion: missing", fails(function() return {} end))
      assert.equal("spec.process: missing", fails(function(s) s.process = nil end))
      assert.equal("spec.process.args[1]: 1 is not a string",
         fails(function(s) s.process.args = { 1 } end))
      assert.matches("names a command", fails(function(s) s.process.args = {} end), 1, true)
      for _, none in ipairs { {}, 1, { { type = "pid" } }, { "mount" } } do
         assert.matches("spec.linux.namespaces",
            fails(function(s) s.linux.namespaces = none end), 1, true)
      end
   end)

   it("passes what the function raises", function()
      assert.has_error(function() new { spec = function() error("mine", 0) end } end, "mine")
   end)
end)

describe("neap.spec that is whole", function()
   it("is kept as it is", function()
      local given = {
         ociVersion = "1.0.0", process = { args = { "x" }, cwd = "/", env = {} },
         root = { path = "/r" }, extra = { 1 },
         linux = { cgroupsPath = "/mine", namespaces = { { type = "mount" } } },
      }
      local made = assert(spec.new({ id = "web", spec = given }, context))

      assert.same(given, made)
      assert.not_equal(given, made)
   end)

   it("gets what it lacks and needs", function()
      local given = { process = { args = { "x" } },
         linux = { namespaces = { { type = "mount" } } } }
      local made = assert(spec.new(
         { id = "web", rootfs = "/r", cwd = "/tmp", spec = given }, context
      ))

      assert.equal("/r", made.root.path)
      assert.equal("/tmp", made.process.cwd)
      assert.equal("/default/web", made.linux.cgroupsPath)
      assert.is_nil(made.mounts)
   end)
end)
