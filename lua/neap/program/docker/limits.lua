--- docker's options about how much of the machine a container may use.

---@type neap.program.OptionGroup
return {
   options = {
      { "-m", "--memory", value = "SIZE", help = "Memory limit: 64m, 1g." },
      { "--memory-swap", value = "SIZE", help = "Limit of memory and swap together." },
      { "--memory-reservation", value = "SIZE", help = "Memory under pressure." },
      { "--cpus", value = "NUMBER", help = "Processors' worth of time: 1.5." },
      { "-c", "--cpu-shares", value = "NUMBER", help = "Weight among containers (1024)." },
      { "--cpuset-cpus", value = "SET", help = "Processors to use: 0-2,4." },
      { "--cpuset-mems", value = "SET", help = "Memory nodes to use." },
      { "--pids-limit", value = "NUMBER", help = "How many processes; -1: any number." },
   },
   fields = {
      memory = "memory", memory_swap = "memory_swap", memory_reservation = "memory_reservation",
      cpus = "cpus", cpu_shares = "cpu_shares", cpuset_cpus = "cpuset_cpus",
      cpuset_mems = "cpuset_mems", pids_limit = "pids",
   },
   numbers = { memory_swap = true, cpus = true, cpu_shares = true, pids_limit = true },
}
