--- docker's options about what a container shares with the host, and what the kernel grants it.

---@type neap.program.OptionGroup
return {
   options = {
      { "--network", "--net", value = "NETWORK", help = "none (default), host or container:ID." },
      { "--pid", value = "NAMESPACE", help = "private (default), host or container:ID." },
      { "--ipc", value = "NAMESPACE", help = "private (default), none, host or container:ID." },
      { "--uts", value = "NAMESPACE", help = "private (default), host or container:ID." },
      { "--cgroupns", value = "NAMESPACE", help = "host (default), private or container:ID." },
      { "--userns", value = "NAMESPACE", help = "host (default) or container:ID." },
      { "--ulimit", value = "NAME=SOFT[:HARD]", many = true, help = "Set a ulimit." },
      { "--sysctl", value = "NAME=VALUE", many = true, help = "Set a kernel parameter." },
      { "--oom-score-adj", value = "NUMBER", help = "Who is killed first: -1000 to 1000." },
   },
   fields = {
      network = "network", pid = "pid", ipc = "ipc", uts = "uts", cgroupns = "cgroupns",
      userns = "userns", ulimit = "ulimits", oom_score_adj = "oom_score_adj",
   },
   maps = { sysctl = "sysctl" },
   numbers = { oom_score_adj = true },
}
