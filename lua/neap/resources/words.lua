--- The words for limits: docker's, and OCI's sections.

local defaults = require "neap.defaults"
local escape = require "neap.escape"
local hugepages = require "neap.resources.hugepages"
local rates = require "neap.resources.rates"
local set = require "neap.resources.set"
local size = require "neap.size"
local values = require "neap.config.values"

local words = {}

local WHOLE <const> = math.maxinteger
local PIDS <const> = 4 * 1024 * 1024 -- PID_MAX_LIMIT, the most that pids.max takes
local UNLIMITED <const> = { [-1] = -1 }

local function bytes(value)
   local number, why = size.parse(value)
   if number == 0 then return nil, "0 bytes are no limit (leave it out)" end
   return number, why
end

--- OCI lifts a limit with -1; so does docker for swap.
local function bytes_or_unlimited(value)
   if value == -1 then return -1 end
   return bytes(value)
end

--- What a container may have in memory.
local function memory(value)
   local number, why = bytes(value)
   if number and number < defaults.memory_least then
      return nil, ("%s is less than a container starts with (%d bytes, 6m, as docker has it)")
         :format(escape.show(value), defaults.memory_least)
   end
   return number, why
end

local function memory_or_unlimited(value)
   if value == -1 then return -1 end
   return memory(value)
end

local function set_of_numbers(value)
   if set.parse(value) then return value end
   return nil, ('%s is not a set of numbers ("0-2,4")'):format(escape.show(value))
end

--- Linux 5.4 deprecated it, docker 23 and runc 1.0 forgot it.
local function gone()
   return nil, "the kernel has no such limit any more (memory includes the kernel's)"
end

--- The runtime-spec has it, and runc 1.1 writes it nowhere.
local function left_out()
   return nil, "the runtime leaves it out without a word (runc 1.1 knows no such limit)"
end

function words.table(value)
   if type(value) == "table" then return value end
   return nil, ("%s is not a table"):format(escape.show(value))
end

local shares = values.integer(2, 262144)
local period = values.integer(1000, 1000000)
local quota = values.integer(1000, WHOLE, UNLIMITED)
local pids_limit = values.integer(1, PIDS, { [-1] = -1, [0] = -1 })
local swappiness = values.integer(0, 100)
local weight = values.integer(10, 1000)
local number = values.integer(0, WHOLE)
local byte_rates = rates("rate", size.parse, "/dev/sda:1mb")
local operation_rates = rates("rate", number, "/dev/sda:1000")
local weights = rates("weight", weight, "/dev/sda:300")

--- docker's word: section and name in OCI, and the check.
words.docker = {
   memory = { "memory", "limit", memory },
   memory_swap = { "memory", "swap", bytes_or_unlimited },
   memory_reservation = { "memory", "reservation", bytes },
   memory_swappiness = { "memory", "swappiness", swappiness },
   oom_kill_disable = { "memory", "disableOOMKiller", values.boolean },
   cpu_shares = { "cpu", "shares", shares },
   cpu_period = { "cpu", "period", period },
   cpu_quota = { "cpu", "quota", quota },
   cpu_rt_period = { "cpu", "realtimePeriod", number },
   cpu_rt_runtime = { "cpu", "realtimeRuntime", number },
   cpuset_cpus = { "cpu", "cpus", set_of_numbers },
   cpuset_mems = { "cpu", "mems", set_of_numbers },
   pids = { "pids", "limit", pids_limit },
   pids_limit = { "pids", "limit", pids_limit },
   blkio_weight = { "blockIO", "weight", weight },
   blkio_weight_device = { "blockIO", "weightDevice", weights },
   device_read_bps = { "blockIO", "throttleReadBpsDevice", byte_rates },
   device_write_bps = { "blockIO", "throttleWriteBpsDevice", byte_rates },
   device_read_iops = { "blockIO", "throttleReadIOPSDevice", operation_rates },
   device_write_iops = { "blockIO", "throttleWriteIOPSDevice", operation_rates },
   kernel_memory = { "memory", "kernel", gone },
   hugepages = { "hugepageLimits", nil, hugepages },
}

--- OCI's sections, as tables of their own.
words.oci = {
   memory = {
      limit = memory_or_unlimited, reservation = bytes_or_unlimited,
      swap = bytes_or_unlimited, kernel = gone,
      kernelTCP = gone, swappiness = swappiness, disableOOMKiller = values.boolean,
      useHierarchy = left_out, checkBeforeUpdate = left_out,
   },
   cpu = {
      shares = shares, quota = quota, period = period, burst = left_out,
      realtimeRuntime = number, realtimePeriod = number, idle = left_out,
      cpus = set_of_numbers, mems = set_of_numbers,
   },
   pids = { limit = pids_limit },
   blockIO = {
      weight = weight, leafWeight = weight, weightDevice = words.table,
      throttleReadBpsDevice = words.table, throttleWriteBpsDevice = words.table,
      throttleReadIOPSDevice = words.table, throttleWriteIOPSDevice = words.table,
   },
}

--- Sections that pass as they are.
words.plain = { hugepageLimits = true, unified = true, rdma = true }

return words
