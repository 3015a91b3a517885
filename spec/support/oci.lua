--- OCI specs for specs: made by neap.spec of a small config, and looked into.

local spec = require "neap.spec"

local oci = {}

--- A config as neap.config would leave it.
function oci.config(fields)
   local made = { id = "web", rootfs = "/rootfs", args = { "true" } }
   for name, value in pairs(fields or {}) do made[name] = value end
   return made
end

--- The spec of such a config; `more` is added to the context.
function oci.new(fields, more)
   local context = { namespace = "default" }
   for name, value in pairs(more or {}) do context[name] = value end
   return assert(spec.new(oci.config(fields), context))
end

function oci.mount_at(made, destination)
   for _, mount in ipairs(made.mounts) do
      if mount.destination == destination then return mount end
   end
end

--- By kind: the path it joins, or true for one of its own.
function oci.namespaces(made)
   local kinds = {}
   for _, namespace in ipairs(made.linux.namespaces) do
      kinds[namespace.type] = namespace.path or true
   end
   return kinds
end

return oci
