--- The root filesystem.

local root = {
   options = { "rootfs", "image", "readonly" },
   paths = { "root" },
   any_platform = true,
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
   if config.rootfs then
      spec.root.path = config.rootfs
      context.origin["root.path"] = "rootfs"
   end
   if config.readonly ~= nil then
      spec.root.readonly = config.readonly
      context.origin["root.readonly"] = "readonly"
   end
end

return root
