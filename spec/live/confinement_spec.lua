-- AppArmor and SELinux, where the machine has them; else what it says.

local live = require "support.live"
local machine = require "neap.machine"

describe("a container's confinement", function()
   local client
   setup(function() client = live.client() end)
   teardown(function() client:close() end)

   local function run(fields)
      return client:run(live.config({ "cat", "/proc/self/attr/current" }, fields))
   end

   it("is the AppArmor profile that is asked for", function()
      if not machine.has_apparmor() then pending "the kernel has no AppArmor enabled" end
      assert.matches("^unconfined", run({ apparmor = "unconfined" }).stdout)
      if not machine.has_profile "docker-default" then pending "docker-default is not loaded" end
      assert.equal("docker-default (enforce)\n", run().stdout)
   end)

   it("is the SELinux label that is asked for", function()
      if not machine.has_selinux() then pending "the kernel has no SELinux enabled" end
      local result, err = run { selinux = { level = "s0:c1,c2" } }
      if not result then error(err) end
      assert.matches(":s0:c1,c2", result.stdout, 1, true)
   end)

   it("is refused where the machine does not have it", function()
      if machine.has_apparmor() then pending "the kernel has AppArmor" end
      local _, err = run { apparmor = "docker-default" }
      assert.equal("invalid_argument", err.code)
      assert.equal(0, run({
         apparmor = "unconfined", selinux = "disable", args = { "true" },
      }).code)
      if machine.has_selinux() then pending "the kernel has SELinux" end
      _, err = run { selinux = { type = "container_t" } }
      assert.matches("selinux: this machine does not have it enabled", err.message, 1, true)
   end)
end)
