local oci = require "support.oci"

local new, mount_at, namespaces = oci.new, oci.mount_at, oci.namespaces

describe("neap.spec of networks", function()
   it("has one of its own with none", function()
      assert.is_true(namespaces(new { network = { kind = "none" } }).network)
   end)

   it("shares the host's, and its names", function()
      local made = new { network = { kind = "host" } }

      assert.is_nil(namespaces(made).network)
      assert.same({ "rbind", "ro" }, mount_at(made, "/etc/hosts").options)
      assert.equal("/etc/resolv.conf", mount_at(made, "/etc/resolv.conf").source)
   end)

   it("leaves out what the host does not have", function()
      local made = new({ network = { kind = "host" } }, {
         machine = { exists = function(path) return path ~= "/etc/hosts" end },
      })

      assert.is_nil(mount_at(made, "/etc/hosts"))
      assert.is_table(mount_at(made, "/etc/resolv.conf"))
   end)

   it("leaves the user's own /etc/hosts alone", function()
      local hosts = { destination = "/etc/hosts", type = "bind", source = "/mine" }
      local made = new { network = { kind = "host" }, mounts = { hosts } }

      assert.equal("/mine", mount_at(made, "/etc/hosts").source)
   end)

   it("joins another container's", function()
      local made = new({ network = { kind = "container", id = "db" } }, {
         joined = { db = { pid = 42 } },
      })

      assert.equal("/proc/42/ns/net", namespaces(made).network)
   end)
end)
