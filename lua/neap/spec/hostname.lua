--- What a container calls itself.

local defaults = require "neap.defaults"

local hostname = {
   options = { "hostname", "domainname" },
   paths = { "hostname", "linux.sysctl[kernel.domainname]" },
   any_platform = true,
   is_of_each = true,
}

--- A host name is shorter than an id may be.
local function from_id(id)
   return (id:sub(1, defaults.hostname_length):gsub("[._-]+$", ""))
end

---@param spec table
---@param context neap.spec.Context
function hostname.begin(spec, context)
   spec.hostname = from_id(context.id)
end

--- runc 1.1 writes OCI runtime-spec 1.0, which has no domainname; the kernel has a
--- parameter for it, which docker sets too.
local function put_domainname(spec, config, context)
   if not spec.linux then return nil, "domainname: Windows has none for a container" end
   spec.linux.sysctl = spec.linux.sysctl or {}
   spec.linux.sysctl["kernel.domainname"] = config.domainname
   context.origin["linux.sysctl[kernel.domainname]"] = "domainname"
   return true
end

---@param spec table
---@param config table
---@param context neap.spec.Context
---@return true? ok
---@return string? why
function hostname.apply(spec, config, context)
   if config.hostname then
      spec.hostname = config.hostname
      context.origin.hostname = "hostname"
   end
   if config.domainname then return put_domainname(spec, config, context) end
   return true
end

return hostname
