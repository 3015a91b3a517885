--- Fields about what a container sees as its files.

local rootfs = require "neap.config.rootfs"
local size = require "neap.size"
local values = require "neap.config.values"

local named = values.named

return {
   image = named("image", values.word),
   rootfs = named("rootfs", rootfs.parse),
   rootfs_overlay = named("rootfs_overlay", values.boolean),
   snapshotter = named("snapshotter", values.word),
   readonly = named("readonly", values.boolean),
   mounts = values.late("neap.config.mounts", "parse"),
   tmpfs = values.late("neap.config.mounts", "parse_tmpfs"),
   shm_size = named("shm_size", size.parse),
}
