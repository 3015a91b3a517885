local json = require "neap.json"
local oci = require "support.oci"

local new, mount_at = oci.new, oci.mount_at
local INFINITY = "18446744073709551615"

describe("neap.spec", function()
   it("cuts a host name out of a long id", function()
      local id = ("a"):rep(63) .. "-" .. ("b"):rep(12)

      assert.equal(("a"):rep(63), new({ id = id }).hostname)
   end)

   it("keeps an engine's cgroups apart", function()
      local made = new({}, { cgroup_prefix = "/neap-0a1b2c3d" })

      assert.equal("/neap-0a1b2c3d/default/web", made.linux.cgroupsPath)
   end)

   it("takes what the config says", function()
      local made = new {
         args = { "sh", "-c", "x" }, env = { "A=1", "PATH=/bin" }, cwd = "/tmp",
         hostname = "h", readonly = true, user = { uid = 5, gid = 6 }, oom_score_adj = 100,
         no_new_privileges = true, sysctl = { ["net.ipv4.ip_forward"] = "1" },
         masked_paths = {}, annotations = { a = "b" }, shm_size = 1 << 20,
      }

      assert.same({ "sh", "-c", "x" }, made.process.args)
      assert.same({ "PATH=/bin", "A=1" }, made.process.env)
      assert.equal("/tmp", made.process.cwd)
      assert.equal("h", made.hostname)
      assert.is_true(made.root.readonly)
      assert.same({ uid = 5, gid = 6, additionalGids = { 6 } }, made.process.user)
      assert.equal(100, made.process.oomScoreAdj)
      assert.is_true(made.process.noNewPrivileges)
      assert.same({ ["net.ipv4.ip_forward"] = "1" }, made.linux.sysctl)
      assert.same({}, made.linux.maskedPaths)
      assert.is_true(json.is_array(made.linux.maskedPaths))
      assert.same({ a = "b" }, made.annotations)
      assert.equal("size=1048576", mount_at(made, "/dev/shm").options[5])
   end)

   it("gives a terminal its size, and a domain its name", function()
      local made = new { terminal = true, console_size = { width = 80, height = 24 },
         domainname = "example", sysctl = { ["net.ipv4.ip_forward"] = "1" } }
      assert.same({ width = 80, height = 24 }, made.process.consoleSize)
      assert.same({ ["kernel.domainname"] = "example", ["net.ipv4.ip_forward"] = "1" },
         made.linux.sysctl)
      made = new { domainname = "example", sysctl = { ["kernel.domainname"] = "other" } }
      assert.equal("other", made.linux.sysctl["kernel.domainname"])
   end)

   it("puts limits beside the device rules", function()
      local resources = new({ resources = { memory = { limit = 1 } } }).linux.resources

      assert.same({ limit = 1 }, resources.memory)
      assert.equal(10, #resources.devices)
   end)

   it("writes unlimited ulimits as unsigned numbers", function()
      local ulimits = require("neap.config.ulimits").parse { core = -1 }
      local rlimit = new({ ulimits = ulimits }).process.rlimits[1]

      assert.equal("RLIMIT_CORE", rlimit.type)
      assert.equal(INFINITY, tostring(rlimit.hard))
   end)

   it("lets a mount take the place of a default one", function()
      local made = new { mounts = { { destination = "/run", type = "bind", source = "/r" } } }

      assert.equal(7, #made.mounts)
      assert.equal("/r", mount_at(made, "/run").source)
   end)

   it("is small on Windows", function()
      local made = new({ rootfs = false }, { platform = "windows" })

      assert.equal("C:\\", made.process.cwd)
      assert.same({}, made.windows)
      assert.is_nil(made.linux)
   end)
end)
