--- Fields about what a container sees as its files.

local rootfs = require "neap.config.rootfs"
local size = require "neap.size"
local values = require "neap.config.values"

local named = values.named

--- To a tmpfs 0 is no limit (tmpfs(5)), and a container could fill the memory.
local function shm_size(value)
   local bytes, why = size.parse(value)
   if bytes == 0 then return nil, "0 bytes would be no limit (1 or more)" end
   return bytes, why
end

return {
   image = named("image", values.word),
   rootfs = named("rootfs", rootfs.parse),
   rootfs_overlay = named("rootfs_overlay", values.boolean),
   snapshotter = named("snapshotter", values.word),
   readonly = named("readonly", values.boolean),
   mounts = values.late("neap.config.mounts", "parse"),
   tmpfs = values.late("neap.config.mounts", "parse_tmpfs"),
   shm_size = named("shm_size", shm_size),
}
