--- Which processors and memory nodes a machine has, and whether limits are within.

local set = require "neap.resources.set"

local processors = {}

local LINE <const> = 4096 -- the kernel's files of this kind are a page at most

--- What the kernel lets a container have, where it says so, or else has.
local PLACES <const> = {
   cpus = {
      "/sys/fs/cgroup/cpuset.cpus.effective", "/sys/fs/cgroup/cpuset/cpuset.effective_cpus",
      "/sys/fs/cgroup/cpuset/cpuset.cpus", "/sys/devices/system/cpu/online",
   },
   mems = {
      "/sys/fs/cgroup/cpuset.mems.effective", "/sys/fs/cgroup/cpuset/cpuset.effective_mems",
      "/sys/fs/cgroup/cpuset/cpuset.mems", "/sys/devices/system/node/online",
   },
}

local function available(machine, kind)
   for _, path in ipairs(PLACES[kind]) do
      local text = (machine.read(path, LINE) or ""):match "^(%S+)%s*$"
      local ranges = set.parse(text)
      if ranges then return ranges, text end
   end
end

local function check_set(limits, by, machine, kind)
   local wanted = limits.cpu and limits.cpu[kind]
   local ranges = wanted and set.parse(wanted)
   if not ranges then return end
   local there, text = available(machine, kind)
   if there and not set.is_within(ranges, there) then
      return ("%s: %s is not within what this machine has (%s)"):format(
         by["cpu." .. kind], wanted, text
      )
   end
end

--- A quota by itself is the user's own arithmetic, as it is to docker.
local function check_count(limits, by, machine)
   if by["cpu.quota"] ~= "cpus" then return end
   local text = machine.read("/sys/devices/system/cpu/online", LINE) or ""
   local online = set.parse(text:match "%S+")
   local count = online and set.count(online)
   if count and limits.cpu.quota > count * limits.cpu.period then
      return ("cpus: %.12g is more than this machine has (0.01 to %d)"):format(
         limits.cpu.quota / limits.cpu.period, count
      )
   end
end

--- Why the limits are not within; nil: they are.
---@param limits table
---@param by neap.resources.Words
---@param machine neap.Machine
---@return string? why
function processors.check(limits, by, machine)
   return check_set(limits, by, machine, "cpus") or check_set(limits, by, machine, "mems")
      or check_count(limits, by, machine)
end

return processors
