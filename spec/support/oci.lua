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

--- What oci.noted's specs are made for: a machine where every file is there.
oci.context = { namespace = "default", id = "web", machine = {
   exists = function() return true end,
   read = function() return "FROM_FILE=1" end,
   getenv = os.getenv,
} }

--- The spec of such a config, and the notes about it.
function oci.noted(fields, more)
   local context = { origin = {} }
   for _, part in ipairs { oci.context, more or {} } do
      for name, value in pairs(part) do context[name] = value end
   end
   return oci.new(fields, context), context.origin
end

function oci.paths(list)
   local found = {}
   for i, item in ipairs(list) do found[i] = item.path end
   return found
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
