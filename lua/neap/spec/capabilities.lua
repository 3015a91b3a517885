--- What a container's root may do.

local json = require "neap.json"
local known = require "neap.config.capabilities"

local capabilities = {}

--- What containerd 1.6 leaves to a container.
local DEFAULT <const> = {
   "CAP_CHOWN", "CAP_DAC_OVERRIDE", "CAP_FSETID", "CAP_FOWNER", "CAP_MKNOD",
   "CAP_NET_RAW", "CAP_SETGID", "CAP_SETUID", "CAP_SETFCAP", "CAP_SETPCAP",
   "CAP_NET_BIND_SERVICE", "CAP_SYS_CHROOT", "CAP_KILL", "CAP_AUDIT_WRITE",
}

local function list_of(source)
   return json.array(table.move(source, 1, #source, 1, {}))
end

local function sets(names)
   return {
      bounding = list_of(names), effective = list_of(names), permitted = list_of(names),
   }
end

--- What a process has that nobody said anything about.
---@return table  the sets of an OCI process
function capabilities.defaults()
   return sets(DEFAULT)
end

capabilities.options = { "cap_add", "cap_drop" }
capabilities.paths = { "process.capabilities" }

---@param spec table
function capabilities.begin(spec)
   spec.process.capabilities = capabilities.defaults()
end

local function all()
   local names = {}
   for i, name in ipairs(known.all) do names[i] = "CAP_" .. name end
   return names
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
---@return string[]
function capabilities.decide(present, add, drop)
   if has(add, "ALL") then present = all() end
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

--- Put a config's additions and removals into a spec.
---@param spec table
---@param config table
---@param context neap.spec.Context
function capabilities.apply(spec, config, context)
   if not config.cap_add and not config.cap_drop then return end

   local present = spec.process.capabilities or {}
   spec.process.capabilities = sets(
      capabilities.decide(present.bounding or {}, config.cap_add, config.cap_drop)
   )
   local both = config.cap_add and config.cap_drop and "cap_add, cap_drop"
   context.origin["process.capabilities"] = both or config.cap_add and "cap_add" or "cap_drop"
end

return capabilities
