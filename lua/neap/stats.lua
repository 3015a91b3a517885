--- Figures of a cgroup, version 1 or 2, as plain tables with units in the names.
--
-- What a version does not count is nil; so is a limit that there is not. `raw`
-- holds all that containerd said.

local stats = {}

local UNLIMITED <const> = math.maxinteger - (1 << 20) -- in whole pages, as version 1 has it

--- A limit; nil where there is none, which the kernel writes as its largest number.
local function limit(value)
   if math.type(value) ~= "integer" or value >= UNLIMITED then return nil end
   return value
end

--- Of pids 0 is none.
local function pids_of(pids)
   local most = limit(pids.limit)
   return { current = pids.current, limit = most ~= 0 and most or nil }
end

local function ns(microseconds)
   return microseconds and microseconds * 1000
end

--- One row a device: { device = "8:0", read_bytes, write_bytes, reads, writes }.
local function devices()
   local rows, by_device = {}, {}
   return rows, function(entry)
      local name = ("%d:%d"):format(entry.major, entry.minor)
      local row = by_device[name]
      if not row then
         row = { device = name, read_bytes = 0, write_bytes = 0, reads = 0, writes = 0 }
         by_device[name] = row
         rows[#rows + 1] = row
      end
      return row
   end
end

local function io_v1(blkio)
   local rows, row_of = devices()
   for list, names in pairs {
      io_service_bytes_recursive = { Read = "read_bytes", Write = "write_bytes" },
      io_serviced_recursive = { Read = "reads", Write = "writes" },
   } do
      for _, entry in ipairs(blkio[list] or {}) do
         local name = names[entry.op]
         if name then row_of(entry)[name] = entry.value end
      end
   end
   return rows
end

local function io_v2(io)
   local rows, row_of = devices()
   for _, entry in ipairs(io.usage or {}) do
      local row = row_of(entry)
      row.read_bytes, row.write_bytes = entry.rbytes, entry.wbytes
      row.reads, row.writes = entry.rios, entry.wios
   end
   return rows
end

local function v1(m)
   local cpu, memory = m.cpu or {}, m.memory or {}
   local usage, throttling = cpu.usage or {}, cpu.throttling or {}
   local used, swap = memory.usage or {}, memory.swap or {}
   local oom = m.memory_oom_control or {}
   return {
      cgroup = 1,
      cpu = {
         total_ns = usage.total, user_ns = usage.user, kernel_ns = usage.kernel,
         per_cpu_ns = usage.per_cpu, periods = throttling.periods,
         throttled_periods = throttling.throttled_periods,
         throttled_ns = throttling.throttled_time,
      },
      memory = {
         usage_bytes = used.usage, limit_bytes = limit(used.limit), max_usage_bytes = used.max,
         -- Version 1 counts swap together with memory.
         usage_with_swap_bytes = swap.usage, limit_with_swap_bytes = limit(swap.limit),
         kernel_bytes = memory.kernel and memory.kernel.usage or nil,
         anonymous_bytes = memory.total_rss, file_bytes = memory.total_cache,
         mapped_bytes = memory.total_mapped_file, inactive_file_bytes = memory.total_inactive_file,
         faults = memory.total_pg_fault, major_faults = memory.total_pg_maj_fault,
         limit_hits = used.failcnt, oom_kills = oom.oom_kill,
      },
      pids = pids_of(m.pids or {}),
      io = io_v1(m.blkio or {}),
   }
end

local function v2(m)
   local cpu, memory = m.cpu or {}, m.memory or {}
   local events = m.memory_events or {}
   return {
      cgroup = 2,
      cpu = {
         total_ns = ns(cpu.usage_usec), user_ns = ns(cpu.user_usec),
         kernel_ns = ns(cpu.system_usec), periods = cpu.nr_periods,
         throttled_periods = cpu.nr_throttled, throttled_ns = ns(cpu.throttled_usec),
      },
      memory = {
         usage_bytes = memory.usage, limit_bytes = limit(memory.usage_limit),
         swap_usage_bytes = memory.swap_usage, swap_limit_bytes = limit(memory.swap_limit),
         kernel_bytes = memory.kernel_stack and memory.kernel_stack + (memory.slab or 0),
         anonymous_bytes = memory.anon, file_bytes = memory.file,
         mapped_bytes = memory.file_mapped, inactive_file_bytes = memory.inactive_file,
         faults = memory.pgfault, major_faults = memory.pgmajfault,
         limit_hits = events.max, oom_kills = events.oom_kill,
      },
      pids = pids_of(m.pids or {}),
      io = io_v2(m.io or {}),
   }
end

local MAKERS <const> = {
   ["io.containerd.cgroups.v1.Metrics"] = v1,
   ["io.containerd.cgroups.v2.Metrics"] = v2,
}

--- The figures of one Metric of containerd's.
---@param metric { timestamp: number, id: string, data: { type_url: string, value: table } }
---@return table? figures
---@return string? why  figures of a type that nobody here knows
function stats.of(metric)
   local name = metric.data.type_url:match "[^/]*$"
   local make = MAKERS[name]
   if not make then return nil, "figures of type " .. metric.data.type_url end
   local made = make(metric.data.value)
   made.time = metric.timestamp
   made.raw = metric.data.value
   return made
end

return stats
