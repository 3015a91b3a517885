-- What a container may use: its limits, as the kernel's files have them, read from
-- inside, where the host's cgroups are mounted; and what they do.

local commands = require "support.commands"
local core = require "neap.core"
local live = require "support.live"
local machine = require "neap.machine"

local VERSION <const> = machine.cgroup()
local IS_V2 <const> = VERSION == "v2"

--- The machine's own disk.
local function find_disk()
   for _, name in ipairs(core.fs.list "/sys/block" or {}) do
      local path = "/dev/" .. name
      local found = core.fs.stat(path)
      local is_disk = found and found.device == "b" and not name:find "^loop"
         and not name:find "^zram" and not name:find "^ram"
      if is_disk then return path, found.major .. ":" .. found.minor end
   end
end
local DISK <const>, NUMBERS <const> = find_disk()

--- Print one file of the container's own cgroup: version 1's by controller.
local function cat(controller, v1, v2)
   if IS_V2 then return ("cat /cg$(sed 's/^0:://' /proc/self/cgroup)/%s\n"):format(v2) end
   return ("cat /cg/%s$(sed -nE 's/^[0-9]+:([a-z]+,)*%s(,[a-z]+)*://p' /proc/self/cgroup)/%s\n")
      :format(controller, controller, v1)
end

--- Is there what the test needs? Else it is skipped.
local function need(controller, version)
   if not VERSION or version and (version == "v2") ~= IS_V2 then
      pending(("this machine has cgroup %s"):format(VERSION or "none"))
   end
   if not machine.controllers()[controller] then
      pending(("this machine has no %s controller"):format(controller))
   end
end

describe("a container", function()
   local client

   setup(function() client = live.client() end)
   teardown(function() client:close() end)

   local function run(script, config)
      config.rootfs, config.args = live.rootfs(), { "sh", "-c", "exec 2>&1\n" .. script }
      config.mounts = { "/sys/fs/cgroup:/cg:ro" }
      local result, err = client:run(config)
      if not result then error(err) end
      return result.stdout, result
   end

   it("has the memory that it is given", function()
      need "memory"
      local is_counted = IS_V2
         or machine.exists "/sys/fs/cgroup/memory/memory.memsw.limit_in_bytes"
      local found = run(cat("memory", "memory.limit_in_bytes", "memory.max")
         .. cat("memory", "memory.soft_limit_in_bytes", "memory.low")
         .. (is_counted and cat("memory", "memory.memsw.limit_in_bytes", "memory.swap.max") or ""),
         { memory = "64m", memory_reservation = "32m",
            memory_swap = is_counted and "128m" or nil })

      local swap = is_counted and (IS_V2 and 64 or 128) << 20
      assert.equal(("%d\n%d\n"):format(64 << 20, 32 << 20) .. (swap and swap .. "\n" or ""), found)
   end)

   it("swaps and waits as it is told by version 1", function()
      need("memory", "v1")
      local found = run(cat("memory", "memory.swappiness") .. cat("memory", "memory.oom_control"),
         { memory = "64m", memory_swappiness = 15, oom_kill_disable = true })

      assert.equal("15\noom_kill_disable 1\n", found:match "^%d+\noom_kill_disable %d\n")
   end)

   it("has the processors that it is given", function()
      need "cpu"
      need "cpuset"
      local found = run(cat("cpu", "cpu.cfs_quota_us", "cpu.max")
         .. cat("cpu", "cpu.shares", "cpu.weight") .. cat("cpuset", "cpuset.cpus", "cpuset.cpus")
         .. cat("cpuset", "cpuset.mems", "cpuset.mems")
         .. "sed -n 's/Cpus_allowed_list:[[:space:]]*//p' /proc/self/status",
         { cpus = 0.5, cpu_shares = 512, cpuset_cpus = "0", cpuset_mems = "0" })

      assert.equal((IS_V2 and "50000 100000\n20\n" or "50000\n512\n") .. "0\n0\n0\n", found)
   end)

   it("has real-time runtime where the cgroup above it has some", function()
      need("cpu", "v1")
      if not machine.exists "/sys/fs/cgroup/cpu/cpu.rt_runtime_us" then
         pending "the kernel has no CONFIG_RT_GROUP_SCHED"
      end
      local result, err = client:run { rootfs = live.rootfs(), cpu_rt_runtime = 1000,
         mounts = { "/sys/fs/cgroup:/cg:ro" },
         args = { "sh", "-c", cat("cpu", "cpu.rt_runtime_us") } }
      if result then return assert.equal("1000\n", result.stdout) end
      assert.matches("^perhaps cpu_rt_runtime is more than the cgroup has", err.message)
   end)

   it("has as many processes as it is given", function()
      need "pids"
      local found = run(cat("pids", "pids.max", "pids.max")
         .. "for i in 1 2 3 4 5 6 7 8; do sleep 100 & done", { pids = 6 })

      assert.equal("6\n", found:match "^%d+\n")
      assert.matches("can't fork: Resource temporarily unavailable", found)
   end)

   it("moves as much to and from a disk as it is given", function()
      need(IS_V2 and "io" or "blkio")
      if not DISK then pending "no disk here" end
      local files = { "read_bps", "write_bps", "read_iops", "write_iops" }
      local script = IS_V2 and cat("io", "", "io.max") or ""
      for _, file in ipairs(IS_V2 and {} or files) do
         script = script .. cat("blkio", "blkio.throttle." .. file .. "_device")
      end
      local found = run(script, {
         device_read_bps = { DISK .. ":1mb" }, device_write_bps = { DISK .. ":2mb" },
         device_read_iops = { { path = DISK, rate = 300 } }, device_write_iops = { DISK .. ":400" },
      })

      local expected = IS_V2 and "%s rbps=1048576 wbps=2097152 riops=300 wiops=400\n"
         or "%s 1048576\n%s 2097152\n%s 300\n%s 400\n"
      assert.equal(expected:gsub("%%s", NUMBERS), found)
   end)

   it("has the weight that it is given", function()
      need("blkio", "v1")
      if not machine.exists "/sys/fs/cgroup/blkio/blkio.bfq.io_service_bytes" then
         pending "the kernel knows no weights (CONFIG_BFQ_GROUP_IOSCHED)"
      end
      assert.equal("300\n", run(cat("blkio", "blkio.bfq.weight"), { blkio_weight = 300 }))
   end)

   it("has the huge pages that it is given", function()
      need "hugetlb"
      local found = run(cat("hugetlb", "hugetlb.2MB.limit_in_bytes", "hugetlb.2MB.max"),
         { hugepages = { ["2MB"] = "4m" } })

      assert.equal("4194304\n", found)
   end)

   it("has what version 2 alone has", function()
      need("memory", "v2")
      assert.equal("33554432\n", run(cat("memory", "", "memory.high"),
         { unified = { ["memory.high"] = "33554432" } }))
   end)

   it("of the program's has limits too", function()
      need "memory"
      need "cpu"
      local result = commands.neap("run", "--rootfs", live.rootfs(), "-v", "/sys/fs/cgroup:/cg:ro",
         "--memory", "64m", "--cpu-period", "50000", "--cpu-quota", "20000", "sh", "-c",
         cat("memory", "memory.limit_in_bytes", "memory.max")
            .. cat("cpu", "cpu.cfs_quota_us", "cpu.max")
            .. (IS_V2 and "" or cat("cpu", "cpu.cfs_period_us")))

      assert.equal("67108864\n" .. (IS_V2 and "20000 50000\n" or "20000\n50000\n"), result.stdout)
   end)

   it("has ulimits, without a bound too", function()
      local result = commands.neap("run", "--rootfs", live.rootfs(), "--ulimit",
         "nofile=1024:2048", "--ulimit", "core=-1", "--ulimit", "data=1000000000:unlimited",
         "sh", "-c", "ulimit -n; ulimit -Hn; ulimit -c; ulimit -Hc; grep data /proc/self/limits")

      assert.matches("^1024\n2048\nunlimited\nunlimited\nMax data size +1000000000 +unlimited",
         result.stdout)
   end)

   it("is killed sooner, or later where the machine lets it", function()
      assert.equal("500\n", run("cat /proc/self/oom_score_adj", { oom_score_adj = 500 }))
      local result, err = client:run { rootfs = live.rootfs(), oom_score_adj = -500,
         args = { "cat", "/proc/self/oom_score_adj" } }
      if result then return assert.equal("-500\n", result.stdout) end
      assert.matches("^perhaps oom_score_adj is lower than this machine allows", err.message)
   end)
end)

describe("a limit that the machine cannot keep", function()
   local function refused(words)
      local result
      local calls = live.count(function()
         result = commands.neap("run", "--rootfs", live.rootfs(), words[1], words[2], "true")
      end)
      assert.same({}, calls)
      assert.equal(125, result.code)
      return result.stderr
   end

   local cases = {
      { "cpus", { "--cpus", "100000" }, "--cpus: 100000 is more than this machine has (0.01 to " },
      { "cpuset_cpus", { "--cpuset-cpus", "0-100000" },
         "--cpuset-cpus: 0-100000 is not within what this machine has (" },
      { "memory", { "-m", "5m" }, '--memory: "5m" is less than a container starts with' },
      { "memory_swap", { "--memory-swap", "64m" }, "--memory-swap: needs memory" },
      { "kernel_memory", { "--kernel-memory", "64m" }, "--kernel-memory: the kernel has no such" },
      { "device_read_bps", { "--device-read-bps", "/dev/null:1mb" },
         '--device-read-bps: "/dev/null" is a character device, not a block device' },
      { "hugepages", { "--hugepages", "3MB=1m" }, '--hugepages: "3MB" is not the size of a page' },
      { "ulimits", { "--ulimit", "nofile=2048:1024" }, "--ulimit.nofile: the soft limit 2048 is "
         .. "above the hard one, 1024" },
      VERSION and (IS_V2 and { "memory_swappiness", { "--memory-swappiness", "5" },
         "--memory-swappiness: cgroup v2 has no such limit, and this machine has v2" }
         or { "unified", { "--cgroup-conf", "memory.high=1" },
            "--cgroup-conf: cgroup v1 has no such limit, and this machine has v1" }) or nil,
   }
   for _, case in ipairs(cases) do
      it("is refused, before anything is sent: " .. case[1], function()
         assert.matches(case[3], refused(case[2]), 1, true)
      end)
   end
end)
