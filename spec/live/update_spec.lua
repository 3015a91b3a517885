-- Limits of running containers, by docker's names and by OCI's.

local live = require "support.live"

describe("an update", function()
   local client, container, task

   before_each(function()
      client = live.client()
      container = client:create { rootfs = live.rootfs(), args = { "sleep", "1000" },
         memory = "64m", pids = 100, cpus = 1 }
      task = container:start()
   end)
   after_each(function()
      container:delete { force = true }
      client:close()
   end)

   --- A cgroup file of the task: version 1's by controller, else version 2's.
   local function cgroup(controller, v1, v2)
      local file <close> = assert(io.open(("/proc/%d/cgroup"):format(task.pid)))
      local text = file:read "a"
      local path = text:match("%d+:[%w,]*%f[%w]" .. controller .. "%f[^%w][%w,]*:([^\n]*)")
      local whole = path and ("/sys/fs/cgroup/%s%s/%s"):format(controller, path, v1)
         or ("/sys/fs/cgroup%s/%s"):format(text:match "0::([^\n]*)", v2)
      local value <close> = assert(io.open(whole))
      return (value:read "l")
   end

   local function memory() return cgroup("memory", "memory.limit_in_bytes", "memory.max") end
   local function pids() return cgroup("pids", "pids.max", "pids.max") end
   local function quota() return cgroup("cpu", "cpu.cfs_quota_us", "cpu.max"):match "%S+" end

   it("in docker's words changes what is given, and nothing else", function()
      assert.same({ "67108864", "100", "100000" }, { memory(), pids(), quota() })
      assert.is_true(task:update { pids = 50 })
      assert.same({ "67108864", "50", "100000" }, { memory(), pids(), quota() })
      assert.is_true(task:update { memory = "96m", cpus = 0.5 })
      assert.same({ "100663296", "50", "50000" }, { memory(), pids(), quota() })
      assert.equal(100663296, task:stats().memory.limit_bytes)
      assert.equal(50, task:stats().pids.limit)
   end)

   it("in OCI's words does the same", function()
      assert.is_true(task:update { memory = { limit = 80 << 20 }, cpu = { quota = 20000 },
         pids = { limit = 40 } })
      assert.same({ ("%d"):format(80 << 20), "40", "20000" }, { memory(), pids(), quota() })
   end)

   it("moves a task to other processors, and reserves memory", function()
      assert.is_true(task:update { cpuset_cpus = "0", memory_reservation = "32m" })
      assert.equal("0", cgroup("cpuset", "cpuset.cpus", "cpuset.cpus"))
      assert.equal("33554432", cgroup("memory", "memory.soft_limit_in_bytes", "memory.low"))
   end)

   it("reaches a paused task", function()
      task:pause()
      assert.is_true(task:update { pids = 30 })
      assert.equal("30", pids())
      assert.equal("paused", task:status())
   end)

   it("of nothing costs nothing; a wrong one changes nothing", function()
      local calls, ok = live.count(function() return task:update {} end)
      assert.same({}, calls)
      assert.is_true(ok)
      for _, wrong in ipairs {
         { memory = -1 }, { memory = 0 }, { memory = 4096 }, { cpus = 100000 },
         { pids = 1.5 }, { cpus = -1 }, { nonsense = 1 },
         { cpuset_cpus = "100000" }, { device_read_bps = { "/dev/sda:1" } },
         { cpus = 1, cpu_quota = 5000 }, { memory = { limitt = 1 } }, { pids = 20, cpus = "x" },
      } do
         local cost, value, err = live.count(function() return task:update(wrong) end)
         assert.same({}, cost)
         assert.is_nil(value)
         assert.equal("invalid_argument", err.code)
      end
      assert.same({ "67108864", "100", "100000" }, { memory(), pids(), quota() })
   end)

   it("that the kernel refuses is an error, and changes nothing", function()
      local filled, unfilled = task:exec { args = { "dd", "if=/dev/zero", "of=/dev/shm/fill",
         "bs=1M", "count=20" } }
      if not filled then error(unfilled) end
      assert.equal(0, filled:wait().code)
      local is_full = cgroup("memory", "memory.limit_in_bytes", "nothing") -- v2 kills instead
      if not is_full then pending "the kernel makes room by killing here (cgroup v2)" end
      local ok, err = task:update { memory = "8m" }
      assert.is_nil(ok)
      assert.is_string(err.message)
      assert.equal("67108864", memory())
      assert.equal("running", task:status())
   end)
end)
