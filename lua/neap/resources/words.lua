--- The words for limits: docker's, and OCI's sections.

local escape = require "neap.escape"
local size = require "neap.size"
local values = require "neap.config.values"

local words = {}

local WHOLE <const> = math.maxinteger
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

local function set_of_numbers(value)
   if type(value) == "string" and (value .. ","):find("^[%d,-]+,$")
      and not ("," .. value .. ","):find("[,-][,-]") then
      return value
   end
   return nil, ('%s is not a set of numbers ("0-2,4")'):format(escape.show(value))
end

function words.table(value)
   if type(value) == "table" then return value end
   return nil, ("%s is not a table"):format(escape.show(value))
end

local shares = values.integer(2, 262144)
local period = values.integer(1000, 1000000)
local quota = values.integer(1000, WHOLE, UNLIMITED)
local pids_limit = values.integer(1, WHOLE, { [-1] = -1, [0] = -1 })
local swappiness = values.integer(0, 100)
local weight = values.integer(10, 1000)
local number = values.integer(0, WHOLE)
local number_or_unlimited = values.integer(0, WHOLE, UNLIMITED)

--- docker's word: section and name in OCI, and the check.
words.docker = {
   memory = { "memory", "limit", bytes },
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
}

--- OCI's sections, as tables of their own.
words.oci = {
   memory = {
      limit = bytes_or_unlimited, reservation = bytes_or_unlimited,
      swap = bytes_or_unlimited, kernel = bytes_or_unlimited,
      kernelTCP = bytes_or_unlimited, swappiness = swappiness,
      disableOOMKiller = values.boolean, useHierarchy = values.boolean,
      checkBeforeUpdate = values.boolean,
   },
   cpu = {
      shares = shares, quota = quota, period = period, burst = number,
      realtimeRuntime = number, realtimePeriod = number, idle = number_or_unlimited,
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
