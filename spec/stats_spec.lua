local stats = require "neap.stats"

describe("neap.stats", function()
   local function of(version, value)
      return stats.of {
         id = "x", timestamp = 12.5,
         data = { type_url = "io.containerd.cgroups." .. version .. ".Metrics", value = value },
      }
   end

   it("names cgroup 1's figures with their units", function()
      local m = of("v1", {
         cpu = { usage = { total = 10, user = 3, kernel = 7, per_cpu = { 4, 6 } },
            throttling = { periods = 2, throttled_periods = 1, throttled_time = 99 } },
         memory = { usage = { usage = 4096, limit = 9223372036854771712, max = 8192, failcnt = 3 },
            swap = { usage = 5000, limit = 6000 }, total_rss = 1, total_cache = 2 },
         pids = { current = 2, limit = 0 },
         memory_oom_control = { oom_kill = 1 },
         blkio = { io_service_bytes_recursive = {
            { op = "Read", major = 8, minor = 0, value = 7 },
            { op = "Write", major = 8, minor = 0, value = 9 },
            { op = "Total", major = 8, minor = 0, value = 16 },
         } },
      })
      assert.same({ 1, 12.5 }, { m.cgroup, m.time })
      assert.same({ 10, 7, 99, 1 },
         { m.cpu.total_ns, m.cpu.kernel_ns, m.cpu.throttled_ns, m.cpu.throttled_periods })
      assert.same({ 4096, nil, 8192, 6000, 3, 1 }, { m.memory.usage_bytes, m.memory.limit_bytes,
         m.memory.max_usage_bytes, m.memory.limit_with_swap_bytes, m.memory.limit_hits,
         m.memory.oom_kills })
      assert.same({ { device = "8:0", read_bytes = 7, write_bytes = 9, reads = 0, writes = 0 } },
         m.io)
      assert.same({ current = 2 }, m.pids)
      assert.equal(2, m.raw.pids.current)
   end)

   it("names cgroup 2's the same, in the same units", function()
      local m = of("v2", {
         cpu = { usage_usec = 10, user_usec = 3, system_usec = 7, throttled_usec = 5 },
         memory = { usage = 4096, usage_limit = 8192, anon = 1, file = 2, swap_usage = 3 },
         pids = { current = 2, limit = 100 },
         memory_events = { oom_kill = 4 },
         io = { usage = { { major = 8, minor = 16, rbytes = 1, wbytes = 2, rios = 3, wios = 4 } } },
      })
      assert.same({ 10000, 5000 }, { m.cpu.total_ns, m.cpu.throttled_ns })
      assert.same({ 4096, 8192, 3, 4 }, { m.memory.usage_bytes, m.memory.limit_bytes,
         m.memory.swap_usage_bytes, m.memory.oom_kills })
      assert.equal(100, m.pids.limit)
      assert.same({ { device = "8:16", read_bytes = 1, write_bytes = 2, reads = 3, writes = 4 } },
         m.io)
   end)

   it("names a type that it does not know", function()
      local figures, why = stats.of { data = { type_url = "x/y.Z", value = {} } }
      assert.is_nil(figures)
      assert.matches("y.Z", why, 1, true)
   end)
end)
