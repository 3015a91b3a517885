--- Limits of a finished spec that no machine keeps, or this one not, whoever wrote them.
--
-- What options may say is neap.resources': it refuses more, for their words mean
-- something. Here is what runc 1.1 fails at when the container starts
-- (libcontainer/cgroups/fs and fs2), and no more: in OCI's sections 0 says nothing.

local defaults = require "neap.defaults"
local host = require "neap.resources.host"
local json = require "neap.json"

local limits = {}

--- A number that says something.
local function number(section, name)
   local value = type(section) == "table" and section ~= json.null and section[name]
   local whole = type(value) == "number" and math.tointeger(value)
   return whole and whole ~= 0 and whole or nil
end

--- The kernel's version 1 compares pages, of at most this size, and no limit is as many
--- as can be counted; for version 2 it is runc that compares, bytes.
local PAGE <const> = 64 * 1024

local function check_swap(swap, limit, version)
   local is_v2 = version == "v2"
   local unit, least = is_v2 and 1 or PAGE, limit or math.maxinteger
   local is_less = swap // unit < least // unit
   if not limit and (is_v2 or is_less) then
      return "memory.swap: needs memory.limit, which it includes"
   end
   if not is_less then return end
   return ("memory.swap: %d is less than memory.limit, which it includes (%d)"):format(swap, limit)
end

local function check_memory(memory, version)
   for _, name in ipairs { "limit", "reservation", "swap" } do
      local value = number(memory, name)
      if value and value < -1 then
         return ("memory.%s: %d is less than -1, which is unlimited"):format(name, value)
      end
   end
   local limit, swap = number(memory, "limit"), number(memory, "swap")
   if limit == -1 then limit = nil end
   if limit and limit < defaults.memory_impossible then
      return ("memory.limit: in %d bytes nothing starts"):format(limit)
   end
   return swap and swap ~= -1 and check_swap(swap, limit, version) or nil
end

--- The kernel's own bounds (sched, tg_set_cfs_bandwidth), and version 1's of shares.
local LEAST <const>, PERIOD_MOST <const>, SHARES_MOST <const> = 1000, 1000000, 262144

local function check_cpu(cpu, version)
   local quota, period, shares = number(cpu, "quota"), number(cpu, "period"), number(cpu, "shares")
   if quota and quota > 0 and quota < LEAST then
      return ("cpu.quota: %d is less than %d microseconds"):format(quota, LEAST)
   end
   if period and (period < LEAST or period > PERIOD_MOST) then
      return ("cpu.period: %d is not from %d to %d microseconds"):format(
         period, LEAST, PERIOD_MOST
      )
   end
   if version ~= "v2" and shares and (shares < 2 or shares > SHARES_MOST) then
      return ("cpu.shares: %d is not from 2 to %d"):format(shares, SHARES_MOST)
   end
end

local PIDS_MOST <const> = 4 * 1024 * 1024 -- PID_MAX_LIMIT

local function check_pids(pids)
   local limit = number(pids, "limit")
   if limit and limit > PIDS_MOST then
      return ("pids.limit: %d is more than there are (%d)"):format(limit, PIDS_MOST)
   end
end

--- What runc writes nowhere, leaves out where it cannot be, or may leave out.
local PASSED_BY <const> = {
   ["memory.kernel"] = true, ["memory.kernelTCP"] = true, ["memory.useHierarchy"] = true,
   ["blockIO.weightDevice"] = true,
}

local function says_something(value)
   if value == 0 or value == "" or value == false or value == json.null then return false end
   return type(value) ~= "table" or next(value) ~= nil
end

local SECTIONS <const> = {
   memory = true, cpu = true, pids = true, blockIO = true, hugepageLimits = true, rdma = true,
   unified = true,
}

--- What of it the machine has to do something about.
local function effective(resources)
   local all = {}
   for section, values in pairs(resources) do
      local is_one = SECTIONS[section] and says_something(values)
      if is_one and #values > 0 then all[section] = values end
      for name, value in pairs(is_one and #values == 0 and values or {}) do
         local is_unlimited_swap = section == "memory" and name == "swap" and value == -1
         if says_something(value) and not is_unlimited_swap
            and not PASSED_BY[section .. "." .. name] then
            all[section] = all[section] or {}
            all[section][name] = value
         end
      end
   end
   return all
end

--- Check the limits of a spec whose shape is right.
---@param resources table  linux.resources
---@param machine neap.Machine
---@return string? why  "memory.limit: ..."
function limits.check(resources, machine)
   local version = machine.cgroup()
   local why = check_memory(resources.memory, version) or check_cpu(resources.cpu, version)
      or check_pids(resources.pids)
   if why or not version or version == "v2" then return why end
   local resolved, unable = host.check(effective(resources), nil, machine)
   return not resolved and unable or nil
end

return limits
