--- What a container's root may do.

local copy = require "neap.copy"

local capabilities = {}

--- What containerd 1.6 leaves to a container.
local DEFAULT <const> = {
   "CAP_CHOWN", "CAP_DAC_OVERRIDE", "CAP_FSETID", "CAP_FOWNER", "CAP_MKNOD",
   "CAP_NET_RAW", "CAP_SETGID", "CAP_SETUID", "CAP_SETFCAP", "CAP_SETPCAP",
   "CAP_NET_BIND_SERVICE", "CAP_SYS_CHROOT", "CAP_KILL", "CAP_AUDIT_WRITE",
}

--- The sets of an OCI process. What an executed program inherits stays empty, as
--- docker has had it since 20.10.14 (CVE-2022-24769), and so does what it gets
--- without being root.
---@param names string[]  "CAP_KILL", …
---@return table
function capabilities.sets(names)
   return {
      bounding = copy.list(names), effective = copy.list(names), permitted = copy.list(names),
   }
end

--- What a process has that nobody said anything about.
---@return table
function capabilities.defaults()
   return capabilities.sets(DEFAULT)
end

capabilities.options = { "cap_add", "cap_drop" }
capabilities.paths = { "process.capabilities" }

---@param spec table
function capabilities.begin(spec)
   spec.process.capabilities = capabilities.defaults()
end

local function has(list, name)
   for _, item in ipairs(list or {}) do
      if item == name then return true end
   end
   return false
end

--- Decide the list: what is there, without `drop`, with `add`. "ALL" in either
--- comes first, so `drop = {"ALL"}, add = {"KILL"}` leaves one.
---@param present string[]
---@param add? string[]
---@param drop? string[]
---@param available string[]  what ALL is
---@return string[]
function capabilities.decide(present, add, drop, available)
   if has(add, "ALL") then present = available end
   if has(drop, "ALL") then present = has(add, "ALL") and present or {} end

   local decided = {}
   for _, name in ipairs(present) do
      if not has(drop, name) then decided[#decided + 1] = name end
   end
   for _, name in ipairs(add or {}) do
      if name ~= "ALL" and not has(decided, name) then decided[#decided + 1] = name end
   end
   return decided
end

--- The first that the machine does not have: its kernel, or what its own host left
--- it. The runtime would say "operation not permitted", of nothing.
local function find_missing(add, available)
   for i, name in ipairs(add or {}) do
      if name ~= "ALL" and not has(available, name) then return i, name end
   end
end

--- Put a config's additions and removals into a spec.
---@param spec table
---@param config table
---@param context neap.spec.Context
---@return true? ok
---@return string? why
function capabilities.apply(spec, config, context)
   if not config.cap_add and not config.cap_drop then return true end

   local available = context.machine.capabilities()
   local i, missing = find_missing(config.cap_add, available)
   if missing then
      return nil, ("cap_add[%d]: this machine does not have %s (its bounding set lacks it)")
         :format(i, missing)
   end
   local present = spec.process.capabilities or {}
   spec.process.capabilities = capabilities.sets(capabilities.decide(
      present.bounding or {}, config.cap_add, config.cap_drop, available
   ))
   local both = config.cap_add and config.cap_drop and "cap_add, cap_drop"
   local option = both or config.cap_add and "cap_add" or "cap_drop"
   if config.privileged then option = "privileged, " .. option end
   context.origin["process.capabilities"] = option
   return true
end

return capabilities
