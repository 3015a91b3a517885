local oci = require "support.oci"

local new, mount_at, namespaces = oci.new, oci.mount_at, oci.namespaces

describe("neap.spec of user namespaces", function()
   local mapping = { { containerID = 0, hostID = 100000, size = 65536 } }
   local small = { { containerID = 0, hostID = 100000, size = 1 } }

   it("maps ids", function()
      local made = new { userns = { uidMappings = mapping, gidMappings = mapping } }

      assert.is_true(namespaces(made).user)
      assert.same(mapping, made.linux.uidMappings)
      assert.equal("gid=5", mount_at(made, "/dev/pts").options[6])
   end)

   it("gives terminals to no group that is not mapped", function()
      local made = new { userns = { uidMappings = small, gidMappings = small } }

      for _, option in ipairs(mount_at(made, "/dev/pts").options) do
         assert.not_equal("gid=5", option)
      end
   end)

   it("shows the host's sysfs with the host's network", function()
      local made = new {
         userns = { uidMappings = mapping, gidMappings = mapping }, network = { kind = "host" },
      }

      assert.equal("bind", mount_at(made, "/sys").type)
   end)
end)
