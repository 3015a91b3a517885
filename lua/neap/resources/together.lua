--- Limits that say something about each other. docker's rules
-- (daemon_unix.go, verifyPlatformContainerResources), which the kernel has too, in
-- words that help nobody.

local together = {}

local function check_memory(memory, by, is_whole)
   local limit, swap, reservation = memory.limit, memory.swap, memory.reservation
   local bounded = limit and limit ~= -1
   if is_whole and not bounded and swap and swap ~= -1 then
      return ("%s: needs memory, which it includes"):format(by["memory.swap"])
   end
   if bounded and swap and swap ~= -1 and swap < limit then
      return ("%s: %d is less than memory, which it includes (%d; -1: unlimited)"):format(
         by["memory.swap"], swap, limit
      )
   end
   if bounded and reservation and reservation > limit then
      return ("%s: %d is more than memory (%d)"):format(
         by["memory.reservation"], reservation, limit
      )
   end
end

--- What the kernel takes where it is told no period.
local RT_PERIOD <const> = 1000000

local function check_cpu(cpu, by)
   local runtime, period = cpu.realtimeRuntime, cpu.realtimePeriod or RT_PERIOD
   if runtime and runtime > period then
      return ("%s: %d is more than the period, of which it is a part (%d)"):format(
         by["cpu.realtimeRuntime"], runtime, period
      )
   end
end

--- Check limits.
---@param limits table
---@param by neap.resources.Words
---@param is_whole boolean  there are no others
---@return true? ok
---@return string? why
function together.check(limits, by, is_whole)
   local why = check_memory(limits.memory or {}, by, is_whole) or check_cpu(limits.cpu or {}, by)
   if why then return nil, why end
   return true
end

return together
