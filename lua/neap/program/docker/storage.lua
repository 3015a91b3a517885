--- docker's options about what a container sees as its files.

---@type neap.program.OptionGroup
return {
   options = {
      { "--rootfs", value = "DIR", help = "The directory to run in; writable." },
      { "--read-only", help = "Mount the root read-only." },
      { "-v", "--volume", value = "SOURCE:TARGET[:OPTIONS]", many = true,
         help = "Mount a directory or a file." },
      { "--shm-size", value = "SIZE", help = "Size of /dev/shm (64m)." },
   },
   fields = {
      rootfs = "rootfs", read_only = "readonly", volume = "mounts", shm_size = "shm_size",
   },
}
