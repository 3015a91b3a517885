--- Checked configs with mounts, on a disk of the specs' own.

local config = require "neap.config"

local mounts = {}

local THERE <const> = {
   ["/srv"] = true, ["/etc/hosts"] = true, ["/proc"] = true, ["/dev"] = true,
   ["/dev/null"] = true, ["/srv/../up"] = true,
}
local context = { cwd = "/srv", fs = {
   realpath = function(path) return path end,
   stat = function(path)
      if THERE[path] or path == "/root" then return { type = "directory" } end
      return nil, "ENOENT"
   end,
} }

--- What config.create makes of `fields`.
function mounts.create(fields)
   fields.rootfs, fields.args = fields.rootfs or "/root", { "true" }
   return config.create(fields, context)
end

--- The one mount, as "type source destination options".
function mounts.one(mount)
   local checked, err = mounts.create { mounts = { mount } }
   if not checked then return nil, err end
   local made = checked.mounts[1]
   return ("%s %s %s %s"):format(
      made.type, made.source, made.destination, table.concat(made.options or {}, ",")
   )
end

return mounts
