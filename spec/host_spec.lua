local host = require "neap.resources.host"
local resources = require "neap.resources"
local set = require "neap.resources.set"

local V1 <const> = {
   "blkio/blkio.bfq.io_service_bytes", "blkio/blkio.throttle.read_bps_device",
   "cpu/cpu.cfs_quota_us", "cpu/cpu.rt_runtime_us", "memory/memory.memsw.limit_in_bytes",
}
local CONTROLLERS <const> = {
   v1 = { "memory", "cpu", "cpuset", "pids", "blkio", "hugetlb" },
   v2 = { "memory", "cpu", "cpuset", "pids", "io", "hugetlb" },
}

local function set_of(names, without)
   local all = {}
   for _, name in ipairs(names) do all[name] = name ~= without or nil end
   return all
end

--- A machine; `without`: a controller, or a file, that it lacks.
local function machine_of(version, without)
   local files = set_of(V1, without)
   local texts = {
      ["/sys/devices/system/cpu/online"] = "0-3\n",
      ["/sys/devices/system/node/online"] = "0\n",
      ["/sys/fs/cgroup/cpuset/cpuset.effective_cpus"] = version ~= "v2" and "0-1,3\n" or nil,
      ["/sys/fs/cgroup/cpuset.cpus.effective"] = version == "v2" and "0-1,3\n" or nil,
      ["/sys/dev/block/8:0/queue/scheduler"] = "none [mq-deadline] bfq\n",
      ["/sys/dev/block/8:16/queue/scheduler"] = "none mq-deadline [bfq]\n",
   }
   return {
      cgroup = function() return version end,
      controllers = function()
         return set_of(CONTROLLERS[version == "v2" and "v2" or "v1"], without)
      end,
      exists = function(path)
         return path == "/sys/dev/block/8:1/partition"
            or files[path:match "^/sys/fs/cgroup/(.*)$"] ~= nil
      end,
      read = function(path) return texts[path] end,
      list = function(path)
         return path == "/sys/kernel/mm/hugepages"
            and { "hugepages-2048kB", "hugepages-1048576kB", "hugepages-64kB" } or nil
      end,
      stat = function(path)
         local minor = ({ ["/dev/sda"] = 0, ["/dev/sda1"] = 1, ["/dev/sdb"] = 16 })[path]
         if minor then return { type = "device", device = "b", major = 8, minor = minor } end
         if path == "/dev/null" then return { type = "device", device = "c" } end
         if path == "/etc" then return { type = "directory" } end
         return nil, "ENOENT"
      end,
   }
end

local function check(given, machine)
   local limits, by = resources.parse(given)
   if not limits then error(by) end
   return host.check(limits, by, machine)
end

describe("neap.resources.host", function()
   local everywhere = {
      memory = "64m", memory_swap = "128m", memory_reservation = "8m", cpus = 4,
      cpu_shares = 5, cpuset_cpus = "0,3", cpuset_mems = "0", pids = 5, blkio_weight = 100,
      hugepages = { ["64KB"] = 0, ["2MB"] = 0, ["1GB"] = 0 },
   }
   for _, version in ipairs { "v1", "v2", "hybrid" } do
      it("takes what any machine can on " .. version, function()
         local limits = assert(check(everywhere, machine_of(version)))
         assert.equal(64 << 20, limits.memory.limit)
      end)
   end

   it("takes what each version has alone", function()
      for _, version in ipairs { "v1", "hybrid" } do
         assert(check({ memory_swappiness = 5, oom_kill_disable = true, cpu_rt_runtime = 5,
            cpu_rt_period = 10 }, machine_of(version)))
      end
      assert(check({ unified = { ["memory.high"] = "1" } }, machine_of "v2"))
      assert(check({ oom_kill_disable = false }, machine_of "v2"))
   end)

   it("makes numbers of devices, and leaves what it was given", function()
      local limits, by = resources.parse { device_read_bps = { "/dev/sda:1mb", "/dev/sdb:2mb" },
         blkio_weight_device = { "/dev/sdb:300" } }
      local found = host.check(limits, by, machine_of "v1")

      assert.same({
         throttleReadBpsDevice = { { major = 8, minor = 0, rate = 1 << 20 },
            { major = 8, minor = 16, rate = 2 << 20 } },
         weightDevice = { { major = 8, minor = 16, weight = 300 } },
      }, found.blockIO)
      assert.equal("/dev/sda", limits.blockIO.throttleReadBpsDevice[1].path)
   end)

   it("knows weights of any scheduler's devices by version 2", function()
      assert(check({ blkio_weight_device = { "/dev/sda:300" } }, machine_of "v2"))
   end)

   local V2_LACKS <const> = "cgroup v2 has no such limit, and this machine has v2"
   local bad = {
      { "v2", { memory_swappiness = 5 }, "memory_swappiness: " .. V2_LACKS },
      { "v2", { oom_kill_disable = true }, "oom_kill_disable: " .. V2_LACKS },
      { "v2", { cpu_rt_runtime = 5 }, "cpu_rt_runtime: " .. V2_LACKS },
      { "v2", { cpu_rt_period = 5 }, "cpu_rt_period: " .. V2_LACKS },
      { "v1", { unified = { ["memory.high"] = "1" } },
         "unified: cgroup v1 has no such limit, and this machine has v1" },
      { "hybrid", { unified = { ["memory.high"] = "1" } },
         "unified: cgroup v1 has no such limit, and this machine has v1 for its limits (hybrid)" },
      { "v1", { memory = "8m" }, "memory: this machine has no memory controller (cgroup v1)",
         "memory" },
      { "v1", { cpuset_cpus = "0" },
         "cpuset_cpus: this machine has no cpuset controller (cgroup v1)",
         "cpuset" },
      { "v2", { blkio_weight = 10 }, "blkio_weight: this machine has no io controller (cgroup v2)",
         "io" },
      { "hybrid", { hugepages = { ["2MB"] = 0 } },
         "hugepages: this machine has no hugetlb controller (cgroup hybrid)", "hugetlb" },
      { "v1", { memory = "8m", memory_swap = -1 },
         "memory_swap: the kernel does not count swap (swapaccount=1 when it boots)",
         "memory/memory.memsw.limit_in_bytes" },
      { "v1", { cpus = 1 }, "cpus: the kernel has no CONFIG_CFS_BANDWIDTH",
         "cpu/cpu.cfs_quota_us" },
      { "v1", { cpu_rt_runtime = 1 }, "cpu_rt_runtime: the kernel has no CONFIG_RT_GROUP_SCHED",
         "cpu/cpu.rt_runtime_us" },
      { "v1", { blkio_weight = 10 }, "blkio_weight: the kernel has no CONFIG_BFQ_GROUP_IOSCHED",
         "blkio/blkio.bfq.io_service_bytes" },
      { "v1", { device_write_iops = { "/dev/sda:1" } },
         "device_write_iops: the kernel has no CONFIG_BLK_DEV_THROTTLING",
         "blkio/blkio.throttle.read_bps_device" },
      { "v1", { cpus = 4.01 }, "cpus: 4.01 is more than this machine has (0.01 to 4)" },
      { "v1", { cpuset_cpus = "0-3" },
         "cpuset_cpus: 0-3 is not within what this machine has (0-1,3)" },
      { "v2", { cpuset_cpus = "2" }, "cpuset_cpus: 2 is not within what this machine has (0-1,3)" },
      { "v1", { cpuset_mems = "0-4000000000" },
         "cpuset_mems: 0-4000000000 is not within what this machine has (0)" },
      { "v1", { hugepages = { ["4MB"] = 0 } },
         'hugepages: "4MB" is not a size of this machine\'s huge pages (1GB, 2MB, 64KB)' },
      { "v1", { device_read_bps = { "/dev/sdz:1" } },
         'device_read_bps: "/dev/sdz" does not exist' },
      { "v1", { device_read_bps = { "/dev/null:1" } },
         'device_read_bps: "/dev/null" is a character device, not a block device' },
      { "v1", { device_read_bps = { "/dev/sda1:1" } },
         'device_read_bps: "/dev/sda1" is a part of a disk, and limits are a whole one\'s' },
      { "v1", { device_read_bps = { "/etc:1" } },
         'device_read_bps: "/etc" is a directory, not a block device' },
      { "v1", { blkio_weight_device = { "/dev/sda:300" } },
         "blkio_weight_device: the scheduler of 8:0 is mq-deadline, and bfq alone knows weights" },
   }
   for _, case in ipairs(bad) do
      it(("refuses on %s: %s"):format(case[1], case[3]), function()
         local limits, why = check(case[2], machine_of(case[1], case[4]))
         assert.is_nil(limits)
         assert.equal(case[3], why)
      end)
   end

   it("lets a quota be what it is", function()
      assert(check({ cpu_quota = 10000000 }, machine_of "v1"))
   end)

   it("names OCI's places where nobody remembers the words", function()
      local limits, why = host.check({ cpu = { cpus = "9" } }, nil, machine_of "v1")

      assert.is_nil(limits)
      assert.equal("cpu.cpus: 9 is not within what this machine has (0-1,3)", why)
   end)

   it("says nothing of a machine that nobody knows", function()
      local nothing = function() return nil end
      local unknown = { cgroup = nothing, controllers = nothing, exists = nothing,
         read = nothing, list = nothing, stat = nothing }

      assert(check({ cpus = 1000, cpuset_cpus = "900", hugepages = { ["4MB"] = 0 } }, unknown))
   end)
end)

describe("neap.resources.set", function()
   it("joins what touches, in order", function()
      assert.same({ { first = 0, last = 4 }, { first = 6, last = 7 } },
         set.parse "6-7,0-1,2,1-4")
   end)

   it("counts", function() assert.equal(5, set.count(set.parse "0-2,4,9")) end)
end)

describe("neap.machine", function()
   local machine = require "neap.machine"

   it("knows its cgroups", function()
      local version = machine.cgroup()
      if not version then pending "no cgroups here" end
      local is_v2 = io.open "/sys/fs/cgroup/cgroup.controllers" ~= nil

      assert.equal(is_v2, version == "v2")
      assert.is_true(machine.controllers().memory or machine.controllers().cpu)
      assert.is_nil(machine.controllers().systemd)
   end)
end)
