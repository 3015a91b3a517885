--- What of the limits a machine can do. One that it cannot is refused with the
-- reason, where docker warns and leaves it out.
--
-- Which limits there are in each version of cgroups: the OCI runtime-spec's
-- config-linux.md, the kernel's cgroup-v1 and cgroup-v2 documents, and what runc
-- 1.1 writes (libcontainer/cgroups/fs and fs2).

local blocks = require "neap.resources.blocks"
local copy = require "neap.copy"
local escape = require "neap.escape"
local fields = require "neap.fields"
local processors = require "neap.resources.processors"

local host = {}

local ROOT <const> = "/sys/fs/cgroup/"

--- What only one version has.
local ONLY <const> = {
   v1 = {
      "memory.swappiness", "memory.disableOOMKiller", "cpu.realtimeRuntime",
      "cpu.realtimePeriod", "blockIO.leafWeight",
   },
   v2 = { "unified" },
}

--- The controller that does it, in version 1 and 2.
local CONTROLLERS <const> = {
   memory = { "memory", "memory" }, pids = { "pids", "pids" }, blockIO = { "blkio", "io" },
   hugepageLimits = { "hugetlb", "hugetlb" }, rdma = { "rdma", "rdma" }, cpu = { "cpu", "cpu" },
   ["cpu.cpus"] = { "cpuset", "cpuset" }, ["cpu.mems"] = { "cpuset", "cpuset" },
}

--- What a kernel can be built, or booted, without: a file of version 1, or one of
--- several, and what is missing.
local FILES <const> = {
   ["memory.swap"] = { { "memory/memory.memsw.limit_in_bytes" },
      "the kernel does not count swap (swapaccount=1 when it boots)" },
   ["cpu.quota"] = { { "cpu/cpu.cfs_quota_us" }, "the kernel has no CONFIG_CFS_BANDWIDTH" },
   ["cpu.realtimeRuntime"] = { { "cpu/cpu.rt_runtime_us" },
      "the kernel has no CONFIG_RT_GROUP_SCHED" },
   ["blockIO.weight"] = { { "blkio/blkio.bfq.io_service_bytes", "blkio/blkio.weight" },
      "the kernel has no CONFIG_BFQ_GROUP_IOSCHED" },
   ["blockIO.throttleReadBpsDevice"] = { { "blkio/blkio.throttle.read_bps_device" },
      "the kernel has no CONFIG_BLK_DEV_THROTTLING" },
}
FILES["blockIO.weightDevice"] = FILES["blockIO.weight"]
for _, name in ipairs { "WriteBps", "ReadIOPS", "WriteIOPS" } do
   FILES["blockIO.throttle" .. name .. "Device"] = FILES["blockIO.throttleReadBpsDevice"]
end

local function value_at(limits, place)
   local section, name = place:match "^(%w+)%.?(%w*)$"
   if name == "" then return limits[section] end
   return limits[section] and limits[section][name]
end

local function check_version(limits, by, version)
   local is_v2 = version == "v2"
   for _, place in ipairs(ONLY[is_v2 and "v1" or "v2"]) do
      if value_at(limits, place) then
         return ("%s: cgroup %s has no such limit, and this machine has %s"):format(
            by[place], is_v2 and "v2" or "v1",
            version == "hybrid" and "v1 for its limits (hybrid)" or version
         )
      end
   end
end

local function check_controllers(by, machine, version)
   local there = machine.controllers()
   for _, place in ipairs(fields.names(by)) do
      local of_place = CONTROLLERS[place] or CONTROLLERS[place:match "^%w+"]
      local needed = of_place and of_place[version == "v2" and 2 or 1]
      if needed and there and not there[needed] then
         return ("%s: this machine has no %s controller (cgroup %s)"):format(
            by[place], needed, version
         )
      end
   end
end

local function check_files(by, machine)
   for _, place in ipairs(fields.names(by)) do
      local files, missing = table.unpack(FILES[place] or { {} })
      local is_there = #files == 0
      for _, file in ipairs(files) do is_there = is_there or machine.exists(ROOT .. file) end
      if not is_there then return ("%s: %s"):format(by[place], missing) end
   end
end

local function page_sizes(machine)
   local units = { { 1 << 20, "GB" }, { 1 << 10, "MB" }, { 1, "KB" } }
   local sizes, list = {}, {}
   for _, name in ipairs(machine.list "/sys/kernel/mm/hugepages" or {}) do
      local kilobytes = math.tointeger(tonumber(name:match "^hugepages%-(%d+)kB$"))
      for _, unit in ipairs(kilobytes and units or {}) do
         if kilobytes % unit[1] == 0 then
            list[#list + 1] = kilobytes // unit[1] .. unit[2]
            sizes[list[#list]] = true
            break
         end
      end
   end
   table.sort(list)
   return sizes, list
end

local function check_pages(limits, by, machine)
   if not limits.hugepageLimits then return end
   local sizes, list = page_sizes(machine)
   for _, limit in ipairs(limits.hugepageLimits) do
      if #list > 0 and not sizes[limit.pageSize] then
         return ("%s: %s is not a size of this machine's huge pages (%s)"):format(
            by.hugepageLimits, escape.show(limit.pageSize), table.concat(list, ", ")
         )
      end
   end
end

--- Where nobody remembers the words, OCI's.
local function words_of(limits)
   local by = {}
   for section, limit in pairs(limits) do
      local names = fields.is_list(limit) and {} or limit
      if section == "unified" or not next(names) then by[section] = section end
      for name in pairs(section ~= "unified" and names or {}) do
         by[section .. "." .. name] = section .. "." .. name
      end
   end
   return by
end

--- Check limits against a machine.
---@param limits table  of neap.resources
---@param by? neap.resources.Words
---@param machine neap.Machine
---@return table? limits  a copy: devices by their numbers
---@return string|neap.resources.Words words  or, without limits, why
function host.check(limits, by, machine)
   if not next(limits) then return limits, {} end
   by = by or words_of(limits)
   local version, resolved = machine.cgroup(), copy.deep(limits)
   local why = version and check_version(limits, by, version)
      or version and check_controllers(by, machine, version)
      or version and version ~= "v2" and check_files(by, machine)
      or check_pages(limits, by, machine)
      or processors.check(limits, by, machine)
      or blocks.resolve(resolved.blockIO or {}, by, machine, version)
   if why then return nil, why end
   return resolved, by
end

return host
