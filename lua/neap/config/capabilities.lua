--- Names of capabilities, as people write them.

local escape = require "neap.escape"
local fields = require "neap.fields"
local nearest = require "neap.nearest"

local capabilities = {}

--- Every capability of Linux, in the kernel's order.
---@type string[]
capabilities.all = {
   "CHOWN", "DAC_OVERRIDE", "DAC_READ_SEARCH", "FOWNER", "FSETID", "KILL", "SETGID",
   "SETUID", "SETPCAP", "LINUX_IMMUTABLE", "NET_BIND_SERVICE", "NET_BROADCAST",
   "NET_ADMIN", "NET_RAW", "IPC_LOCK", "IPC_OWNER", "SYS_MODULE", "SYS_RAWIO",
   "SYS_CHROOT", "SYS_PTRACE", "SYS_PACCT", "SYS_ADMIN", "SYS_BOOT", "SYS_NICE",
   "SYS_RESOURCE", "SYS_TIME", "SYS_TTY_CONFIG", "MKNOD", "LEASE", "AUDIT_WRITE",
   "AUDIT_CONTROL", "SETFCAP", "MAC_OVERRIDE", "MAC_ADMIN", "SYSLOG", "WAKE_ALARM",
   "BLOCK_SUSPEND", "AUDIT_READ", "PERFMON", "BPF", "CHECKPOINT_RESTORE",
}

local known = { ALL = true }
for _, name in ipairs(capabilities.all) do known[name] = true end

--- The capabilities of a set as the kernel shows it.
---@param digits string  hexadecimal
---@return string[]  "CAP_CHOWN", …
function capabilities.of_mask(digits)
   local mask, names = tonumber(digits, 16), {}
   for i, name in ipairs(capabilities.all) do
      if mask >> (i - 1) & 1 == 1 then names[#names + 1] = "CAP_" .. name end
   end
   return names
end

--- Read a list like { "NET_ADMIN", "cap_sys_time", "ALL" }.
---@param given any
---@param name string  the field's, for messages
---@return string[]? list  "CAP_NET_ADMIN", …, "ALL"
---@return string? why
function capabilities.parse(given, name)
   if not fields.is_list(given) then
      return nil, ("%s: %s is not a list of capabilities"):format(name, escape.show(given))
   end
   local list = {}
   for i, item in ipairs(given) do
      local plain = type(item) == "string" and item:upper():gsub("^CAP_", "")
      if not plain or not known[plain] then
         return nil, ("%s[%d]: %s is not a capability%s (%s)"):format(
            name, i, escape.show(item), nearest.hint(plain, capabilities.all),
            "ALL, or one that capabilities(7) names, as NET_ADMIN"
         )
      end
      list[i] = plain == "ALL" and plain or "CAP_" .. plain
   end
   return list
end

return capabilities
