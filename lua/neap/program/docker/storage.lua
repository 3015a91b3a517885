--- docker's options about what a container sees as its files.

local mount = require "neap.program.docker.mount"

--- Those of --mount behind those of -v.
local function read(config, parsed)
   local directory = parsed.rootfs and parsed.rootfs:match "^(.+):O$" -- podman's, nerdctl's
   if directory then config.rootfs, config.rootfs_overlay = directory, true end
   for _, text in ipairs(parsed.mount or {}) do
      local made, why = mount.parse(text)
      if not made then return nil, "--mount: " .. why end
      config.mounts = config.mounts or {}
      config.mounts[#config.mounts + 1] = made
   end
   return true
end

---@type neap.program.OptionGroup
return {
   options = {
      { "--rootfs", value = "DIR", help = "The directory to run in; writable." },
      { "--rootfs-overlay", help = "Leave DIR as it is: write to an overlay (DIR:O)." },
      { "--read-only", help = "Mount the root read-only." },
      { "-v", "--volume", value = "[SOURCE:]TARGET[:OPTIONS]", many = true,
         help = "Mount a directory, a file or a volume." },
      { "--mount", value = "WORD=VALUE,...", many = true,
         help = "Mount: type=bind|volume|tmpfs,source=,target=,readonly,..." },
      { "--tmpfs", value = "TARGET[:OPTIONS]", many = true,
         help = "Mount an empty directory in memory: /run:size=64m,mode=755." },
      { "--shm-size", value = "SIZE", help = "Size of /dev/shm (64m)." },
   },
   fields = {
      rootfs = "rootfs", rootfs_overlay = "rootfs_overlay",
      read_only = "readonly", volume = "mounts", tmpfs = "tmpfs",
      shm_size = "shm_size",
   },
   reads = { mounts = "mount" },
   read = read,
}
