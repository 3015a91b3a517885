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
         "unlimited swap", { memory = 4096, memory_swap = -1 },
         { memory = { limit = 4096, swap = -1 } },
      },
      { "OCI's memory", { memory = { limit = "1m" } }, { memory = { limit = 1 << 20 } } },
      { "a limit lifted", { memory = { limit = -1 } }, { memory = { limit = -1 } } },
      {
         "OCI's and docker's together", { memory = { limit = 4096 }, memory_reservation = 1024 },
         { memory = { limit = 4096, reservation = 1024 } },
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
      { { memory = { limit = 1 }, memory_swap = 0 }, "memory_swap: 0 bytes" },
      { { memory = 4096, memory_swap = 1024 }, "memory_swap: 1024 is less than memory" },
      { { pids = 1, pids_limit = 2 }, "pids.limit is given twice" },
      { { pids = "many" }, 'pids: "many" is not a whole number' },
      { { pids = -2 }, "pids: -2 is not a whole number" },
      { { cpus = 0 }, "cpus: 0 is not a number of processors" },
      { { cpus = "0-1" }, 'cpus: "0-1" is not a number of processors' },
      { { cpus = 1, cpu_quota = 5000 }, "cpus: excludes cpu_quota" },
      { { cpu = 1 }, "cpu: 1 is not a table" },
      { { cpu_shares = 1 }, "cpu_shares: 1 is not a whole number from 2 to 262144" },
      { { cpu_period = 1 }, "cpu_period: 1 is not" },
      { { cpuset_cpus = "a" }, "cpuset_cpus: " },
      { { cpuset_cpus = "1,,2" }, "cpuset_cpus: " },
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

   it("makes whole numbers, which is what Go expects", function()
      local limits = resources.parse { cpus = 1.5, memory = 4096.0 }

      assert.equal("integer", math.type(limits.cpu.quota))
      assert.equal("integer", math.type(limits.memory.limit))
   end)
end)
