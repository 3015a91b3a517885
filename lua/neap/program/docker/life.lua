--- docker's options about what a container is called, what runs it and how it ends.

local function read(config, parsed)
   if parsed.entrypoint then config.entrypoint = { parsed.entrypoint } end
   return true
end

---@type neap.program.OptionGroup
return {
   options = {
      { "--name", value = "ID", help = "The container's id." },
      { "-l", "--label", value = "NAME=VALUE", many = true, help = "Label the record." },
      { "--annotation", value = "NAME=VALUE", many = true, help = "Annotate the spec." },
      { "--entrypoint", value = "COMMAND", help = "What to run, before CMD." },
      { "-h", "--hostname", value = "NAME", help = "The host name inside." },
      { "--domainname", value = "NAME", help = "The NIS domain name inside." },
      { "--stop-signal", value = "SIGNAL", help = "How it is asked to end (TERM)." },
      { "--runtime", value = "NAME", help = "containerd's runtime." },
   },
   fields = {
      name = "id", hostname = "hostname", domainname = "domainname",
      stop_signal = "stop_signal", runtime = "runtime",
      tty = "terminal",
   },
   maps = { label = "labels", annotation = "annotations" },
   read = read,
}
