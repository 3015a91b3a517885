local resources = require "neap.resources"

describe("neap.resources", function()
   local good = {
      { "nothing", {}, {} },
      { "other fields", { id = "web" }, {} },
      { "memory as a size", { memory = "64m" }, { memory = { limit = 64 << 20 } } },
      {
         "memory with swap", { memory = "64m", memory_swap = "128m" },
         { memory = { limit = 64 << 20, swap = 128 << 20 } },
      },
      {
         "unlimited swap", { memory = 6 << 20, memory_swap = -1 },
         { memory = { limit = 6 << 20, swap = -1 } },
      },
      { "OCI's memory", { memory = { limit = "8m" } }, { memory = { limit = 8 << 20 } } },
      { "a limit lifted", { memory = { limit = -1 } }, { memory = { limit = -1 } } },
      {
         "OCI's and docker's together", { memory = { limit = "6m" }, memory_reservation = 1024 },
         { memory = { limit = 6 << 20, reservation = 1024 } },
      },
      { "part of a processor", { cpus = 0.5 }, { cpu = { quota = 50000, period = 100000 } } },
      { "a third of one", { cpus = 1 / 3 }, { cpu = { quota = 33333, period = 100000 } } },
      { "shares", { cpu_shares = 512 }, { cpu = { shares = 512 } } },
      {
         "processors by number", { cpuset_cpus = "0-2,4", cpuset_mems = "0", cpus = 2 },
         { cpu = { cpus = "0-2,4", mems = "0", quota = 200000, period = 100000 } },
      },
      { "OCI's cpu", { cpu = { quota = -1, cpus = "0" } }, { cpu = { quota = -1, cpus = "0" } } },
      { "pids", { pids = 10 }, { pids = { limit = 10 } } },
      { "docker's unlimited pids", { pids_limit = 0 }, { pids = { limit = -1 } } },
      { "OCI's pids", { pids = { limit = 10.0 } }, { pids = { limit = 10 } } },
      {
         "rates of devices", { device_read_bps = { "/dev/sda:1mb", { path = "/dev/b", rate = 5 } },
            device_write_iops = { "/dev/sda:100" } },
         { blockIO = {
            throttleReadBpsDevice = { { path = "/dev/sda", rate = 1 << 20 },
               { path = "/dev/b", rate = 5 } },
            throttleWriteIOPSDevice = { { path = "/dev/sda", rate = 100 } },
         } },
      },
      {
         "weights of devices", { blkio_weight_device = { "/dev/sda:300" } },
         { blockIO = { weightDevice = { { path = "/dev/sda", weight = 300 } } } },
      },
      {
         "huge pages", { hugepages = { ["2MB"] = "64m", ["1GB"] = 0 } },
         { hugepageLimits = { { pageSize = "1GB", limit = 0 },
            { pageSize = "2MB", limit = 64 << 20 } } },
      },
      { "swap without a bound", { memory_swap = -1 }, { memory = { swap = -1 } } },
      { "weight", { blkio_weight = 300 }, { blockIO = { weight = 300 } } },
      {
         "unified", { unified = { ["memory.high"] = "1" } },
         { unified = { ["memory.high"] = "1" } },
      },
   }
   for _, case in ipairs(good) do
      it("reads " .. case[1], function()
         assert.same(case[3], assert(resources.parse(case[2])))
      end)
   end

   local bad = {
      { { memory = "64q" }, 'memory: "64q" is not a size' },
      { { memory = -5 }, "memory: -5 is negative" },
      { { memory = 0 }, "memory: 0 bytes are no limit" },
      { { memory = { limt = 1 } }, 'memory.limt: unknown field, did you mean "limit"?' },
      { { memory = { limit = {} } }, "memory.limit: a table is not a size" },
      { { memory = 6 << 20, memory_swap = 0 }, "memory_swap: 0 bytes" },
      { { memory = "8m", memory_swap = 1024 }, "memory_swap: 1024 is less than memory" },
      { { memory = "5m" }, 'memory: "5m" is less than a container starts with (6291456 bytes' },
      { { memory = { limit = 6291455 } }, "memory.limit: 6291455 is less than a container" },
      { { memory_swap = "64m" }, "memory_swap: needs memory, which it includes" },
      { { memory = { swap = 5, limit = -1 } }, "memory.swap: needs memory" },
      { { memory = "8m", memory_reservation = "9m" },
         "memory_reservation: 9437184 is more than memory (8388608)" },
      { { kernel_memory = "64m" }, "kernel_memory: the kernel has no such limit any more" },
      { { memory = { kernel = 1 } }, "memory.kernel: the kernel has no such limit any more" },
      { { memory = { kernelTCP = 1 } }, "memory.kernelTCP: the kernel has no such limit" },
      { { memory = { useHierarchy = true } }, "memory.useHierarchy: the runtime leaves it out" },
      { { memory = { checkBeforeUpdate = true } },
         "memory.checkBeforeUpdate: the runtime leaves it out" },
      { { cpu = { idle = 1 } }, "cpu.idle: the runtime leaves it out without a word" },
      { { cpu = { burst = 1000 } }, "cpu.burst: the runtime leaves it out without a word" },
      { { memory_swappiness = 101 }, "memory_swappiness: 101 is not a whole number from 0 to 100" },
      { { pids = 1, pids_limit = 2 }, "pids_limit: pids.limit is given twice (pids)" },
      { { cpu = { quota = 5000 }, cpu_quota = 5000 },
         "cpu_quota: cpu.quota is given twice (cpu.quota)" },
      { { pids = "many" }, 'pids: "many" is not a whole number' },
      { { pids = -2 }, "pids: -2 is not a whole number from 1 to 4194304 (-1: unlimited)" },
      { { pids = 4194305 }, "pids: 4194305 is not a whole number from 1 to 4194304" },
      { { cpus = 0 }, "cpus: 0 is not a number of processors" },
      { { cpus = "0-1" }, 'cpus: "0-1" is not a number of processors' },
      { { cpus = 1, cpu_quota = 5000 }, "cpus: excludes cpu_quota" },
      { { cpu = 1 }, "cpu: 1 is not a table" },
      { { cpu_shares = 1 }, "cpu_shares: 1 is not a whole number from 2 to 262144" },
      { { cpu_period = 1 }, "cpu_period: 1 is not" },
      { { cpuset_cpus = "a" }, "cpuset_cpus: " },
      { { cpuset_cpus = "1,,2" }, "cpuset_cpus: " },
      { { cpuset_cpus = "2-1" }, 'cpuset_cpus: "2-1" is not a set of numbers ("0-2,4")' },
      { { cpuset_cpus = "1-" }, "cpuset_cpus: " },
      { { cpuset_mems = "-1" }, "cpuset_mems: " },
      { { cpuset_cpus = 1 }, "cpuset_cpus: 1 is not" },
      { { cpu_quota = 999 }, "cpu_quota: 999 is not a whole number, 1000 or more (-1: unlimited)" },
      { { cpu_rt_runtime = 1000001 }, "cpu_rt_runtime: 1000001 is more than the period" },
      { { cpu_rt_runtime = 6, cpu_rt_period = 5 },
         "cpu_rt_runtime: 6 is more than the period, of which it is a part (5)" },
      { { device_read_bps = "/dev/sda:1" }, 'device_read_bps: "/dev/sda:1" is not a list (of' },
      { { device_read_bps = { "/dev/sda" } },
         'device_read_bps: [1]: "/dev/sda" is not "/dev/sda:1mb", or a table with path and rate' },
      { { device_read_bps = { "sda:1mb" } }, 'device_read_bps: [1]: "sda:1mb" is not' },
      { { device_read_bps = { "/dev/sda:1x" } },
         'device_read_bps: [1]: "1x" is not a size' },
      { { device_write_iops = { "/dev/sda:1mb" } },
         'device_write_iops: [1]: "1mb" is not a whole number, 0 or more of /dev/sda' },
      { { device_read_iops = { { path = "/dev/sda", iops = 1 } } },
         "device_read_iops: [1]: iops: unknown field" },
      { { device_write_bps = { "/dev/sda:1", "/dev/sda:2" } },
         'device_write_bps: [2]: "/dev/sda" is given twice' },
      { { blkio_weight_device = { "/dev/sda:9" } },
         "blkio_weight_device: [1]: 9 is not a whole number from 10 to 1000" },
      { { hugepages = 5 }, "hugepages: 5 is not a table of sizes" },
      { { hugepages = { ["3MB"] = 1 } }, 'hugepages: "3MB" is not the size of a page' },
      { { hugepages = { ["2mb"] = 1 } }, 'hugepages: "2mb" is not the size of a page' },
      { { hugepages = { ["2MB"] = "much" } }, 'hugepages: 2MB: "much" is not a size' },
      { { blkio_weight = 1 }, "blkio_weight: 1" },
      { { unified = 1 }, "unified: 1 is not a table" },
      { { oom_kill_disable = 1 }, "oom_kill_disable: 1 is not true or false" },
   }
   for _, case in ipairs(bad) do
      it("refuses " .. case[2], function()
         local limits, why = resources.parse(case[1])

         assert.is_nil(limits)
         assert.equal(case[2], why:sub(1, #case[2]))
      end)
   end

   it("refuses anything but limits in an update", function()
      local limits, why = resources.update { memori = 1 }

      assert.is_nil(limits)
      assert.equal('memori: unknown field, did you mean "memory"?', why)
      assert.same({ pids = { limit = 3 } }, resources.update { pids = 3 })
   end)

   it("does not ask an update for what it leaves as it is", function()
      assert.same({ memory = { swap = 64 << 20 } }, resources.update { memory_swap = "64m" })
   end)

   it("refuses in an update what runtimes leave out without a word", function()
      for name, value in pairs {
         memory_swappiness = 5, oom_kill_disable = true, hugepages = { ["2MB"] = 0 },
         device_read_bps = { "/dev/sda:1" }, blkio_weight_device = { "/dev/sda:10" },
         hugepageLimits = {}, rdma = {},
      } do
         local limits, why = resources.update { [name] = value }
         assert.is_nil(limits)
         assert.equal(name .. ": the runtime changes it of no container that is there", why)
      end
      assert(resources.update { cpu_shares = 5, cpuset_cpus = "0", cpus = 1, pids = 5,
         blkio_weight = 10, memory = "8m", memory_swap = -1, memory_reservation = "7m",
         unified = { ["memory.high"] = "1" } })
   end)

   it("remembers who said what", function()
      local _, by = resources.parse { cpus = 1, memory = { limit = "8m" }, memory_swap = -1,
         hugepages = { ["2MB"] = 0 } }

      assert.same({ ["cpu.quota"] = "cpus", ["cpu.period"] = "cpus",
         ["memory.limit"] = "memory.limit", ["memory.swap"] = "memory_swap",
         hugepageLimits = "hugepages" }, by)
   end)

   it("makes whole numbers, which is what Go expects", function()
      local limits = resources.parse { cpus = 1.5, memory = 8388608.0 }

      assert.equal("integer", math.type(limits.cpu.quota))
      assert.equal("integer", math.type(limits.memory.limit))
   end)
end)
