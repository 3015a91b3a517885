--- docker's options about what a container shares with the host, and what the kernel grants it.

---@type neap.program.OptionGroup
return {
   options = {
      { "--network", "--net", value = "NETWORK", help = "none (default), host or container:ID." },
      { "--ulimit", value = "NAME=SOFT[:HARD]", many = true, help = "Set a ulimit." },
      { "--sysctl", value = "NAME=VALUE", many = true, help = "Set a kernel parameter." },
      { "--oom-score-adj", value = "NUMBER", help = "Who is killed first: -1000 to 1000." },
   },
   fields = { network = "network", ulimit = "ulimits", oom_score_adj = "oom_score_adj" },
   maps = { sysctl = "sysctl" },
   numbers = { oom_score_adj = true },
}
