--- Figures of a cgroup, version 1 or 2, as plain tables with units in the names.

local stats = {}

local function v1(m)
   local cpu, memory, pids = m.cpu or {}, m.memory or {}, m.pids or {}
   local usage = cpu.usage or {}
   return {
      cgroup = 1,
      cpu = {
         total_ns = usage.total, user_ns = usage.user, kernel_ns = usage.kernel,
         throttled_ns = cpu.throttling and cpu.throttling.throttled_time or nil,
      },
      memory = {
         usage_bytes = memory.usage and memory.usage.usage or nil,
         limit_bytes = memory.usage and memory.usage.limit or nil,
         max_usage_bytes = memory.usage and memory.usage.max or nil,
         rss_bytes = memory.rss, cache_bytes = memory.cache,
      },
      pids = { current = pids.current, limit = pids.limit },
   }
end

local function v2(m)
   local cpu, memory, pids = m.cpu or {}, m.memory or {}, m.pids or {}
   local function ns(usec) return usec and usec * 1000 end
   return {
      cgroup = 2,
      cpu = {
         total_ns = ns(cpu.usage_usec), user_ns = ns(cpu.user_usec),
         kernel_ns = ns(cpu.system_usec), throttled_ns = ns(cpu.throttled_usec),
      },
      memory = {
         usage_bytes = memory.usage, limit_bytes = memory.usage_limit,
         rss_bytes = memory.anon, cache_bytes = memory.file,
      },
      pids = { current = pids.current, limit = pids.limit },
   }
end

--- The figures of one Metric of containerd's; `raw` has all of them.
---@param metric { timestamp: number, id: string, data: { type_url: string, value: table } }
---@return table
function stats.of(metric)
   local make = metric.data.type_url:find("v2", 1, true) and v2 or v1
   local made = make(metric.data.value)
   made.time = metric.timestamp
   made.raw = metric.data.value
   return made
end

return stats
