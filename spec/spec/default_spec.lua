local oci = require "support.oci"

local new, namespaces = oci.new, oci.namespaces

describe("neap.spec by default", function()
   local made = new()

   it("is what containerd 1.6 makes, but for what docker has it do", function()
      assert.equal("1.0.2-dev", made.ociVersion)
      assert.same({ path = "/rootfs" }, made.root)
      assert.equal("/", made.process.cwd)
      assert.same({ uid = 0, gid = 0 }, made.process.user)
      assert.is_nil(made.process.noNewPrivileges)
      assert.is_table(made.linux.seccomp)
      assert.equal(7, #made.mounts)
      assert.equal(11, #made.linux.maskedPaths)
      assert.equal(5, #made.linux.readonlyPaths)
      assert.equal("/default/web", made.linux.cgroupsPath)
      assert.same(
         { pid = true, ipc = true, uts = true, mount = true, network = true }, namespaces(made)
      )
   end)

   it("gives containerd's capabilities and no others", function()
      for _, set in ipairs { "bounding", "effective", "permitted" } do
         assert.equal(14, #made.process.capabilities[set])
      end
      assert.is_nil(made.process.capabilities.inheritable)
      assert.is_nil(made.process.capabilities.ambient)
   end)

   it("denies every device but the harmless ones", function()
      local rules = made.linux.resources.devices

      assert.same({ allow = false, access = "rwm" }, rules[1])
      assert.equal(10, #rules)
      assert.same(
         { allow = true, type = "c", major = 1, minor = 3, access = "rwm" }, rules[2]
      )
   end)

   it("sets no limit on files and lowers no oom_score_adj", function()
      assert.is_nil(made.process.rlimits)
      assert.is_nil(made.process.oomScoreAdj)
   end)

   it("gives a PATH, and the id as host name", function()
      assert.same(
         { "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin" },
         made.process.env
      )
      assert.equal("web", made.hostname)
   end)

   it("shares no table between two containers", function()
      local other = new()
      other.linux.maskedPaths[1] = "x"
      other.mounts[1].options[1] = "x"

      assert.not_equal("x", new().linux.maskedPaths[1])
      assert.not_equal("x", new().mounts[1].options[1])
   end)
end)
