local spec = require "neap.spec"
local oci = require "support.oci"

local config, new, mount_at = oci.config, oci.new, oci.mount_at
local context = { namespace = "default" }

describe("neap.spec with an init", function()
   local function bound_at(made, destination)
      return assert(mount_at(made, destination))
   end

   it("has it before the arguments, in its /dev", function()
      local origin = {}
      local made = new({ init = "/tini", args = { "sh", "-c" } }, { origin = origin })
      assert.same({ "/dev/init", "--", "sh", "-c" }, made.process.args)
      assert.same({ type = "bind", source = "/tini", options = { "bind", "ro" },
         destination = "/dev/init" }, bound_at(made, "/dev/init"))
      assert.equal("args, init", origin["process.args"])
      assert.equal("init", origin["mounts[/dev/init]"])
      assert.same({ "sh" }, new({ init = false, args = { "sh" } }).process.args)
   end)

   it("has it where docker has it in a /dev that is another's", function()
      local dev = { type = "bind", source = "/dev", destination = "/dev" }
      local made = new { init = "/tini", mounts = { dev } }
      assert.equal("/sbin/docker-init", made.process.args[1])
      assert.equal("/tini", bound_at(made, "/sbin/docker-init").source)
   end)

   it("needs to be process 1, and a place", function()
      local whole = new()
      local rows = {
         { { { type = "mount" }, { type = "uts" } }, nil, "would not be process 1" },
         { { { type = "mount" }, { type = "uts" }, { type = "pid", path = "/proc/1/ns/pid" } },
            nil, "would not be process 1" },
         { nil, { { destination = "/dev/init", type = "tmpfs" } }, "/dev/init, is a mount's" },
      }
      for _, row in ipairs(rows) do
         whole.linux.namespaces = row[1] or new().linux.namespaces
         whole.mounts = nil
         local made, err = spec.new(config {
            spec = whole, init = "/tini", mounts = row[2] and { {
               destination = "/dev", type = "tmpfs", source = "tmpfs" }, row[2][1] },
         }, context)
         assert.is_nil(made)
         assert.matches(row[3], err.message, 1, true)
      end
   end)
end)
