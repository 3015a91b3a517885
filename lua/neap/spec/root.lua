--- The root filesystem.

local root = {
   options = { "rootfs", "rootfs_overlay", "image", "readonly" },
   paths = { "root" },
   any_platform = true,
   is_of_each = true,
}

---@param spec table
---@param context neap.spec.Context
function root.begin(spec, context)
   -- Relative: in containerd's bundle, from the image.
   spec.root = context.platform == "windows" and {} or { path = "rootfs" }
end

---@param spec table
---@param config table
---@param context neap.spec.Context
function root.apply(spec, config, context)
   spec.root = spec.root or {}
   if config.rootfs and config.rootfs_overlay then
      spec.root.path = "rootfs" -- in the shim's bundle, which it mounts the overlay on
      context.origin["root.path"] = "rootfs_overlay"
   elseif config.rootfs then
      spec.root.path = config.rootfs
      context.origin["root.path"] = "rootfs"
   end
   if config.readonly ~= nil then
      spec.root.readonly = config.readonly
      context.origin["root.readonly"] = "readonly"
   end
end

return root
