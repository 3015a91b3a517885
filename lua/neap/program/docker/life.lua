--- docker's options about what a container is called, what runs it and how it ends.

local function read(config, parsed)
   if parsed.entrypoint then -- an empty one drops the image's, as docker has it
      config.entrypoint = parsed.entrypoint ~= "" and { parsed.entrypoint } or {}
   end
   if parsed.stop_timeout == "-1" then config.stop_timeout = math.huge end -- as docker has it
   if parsed.init or parsed.init_binary then config.init = parsed.init_binary or true end
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
      { "--stop-timeout", value = "SECONDS", help = "How long it may take to (10); -1: any time." },
      { "--init", help = "Let an init be process 1, which reaps and passes signals on." },
      { "--init-binary", value = "PATH", help = "The same, with an init of one's own." },
      { "--runtime", value = "NAME", help = "containerd's runtime." },
   },
   fields = {
      name = "id", hostname = "hostname", domainname = "domainname",
      stop_signal = "stop_signal", stop_timeout = "stop_timeout", runtime = "runtime",
      tty = "terminal",
   },
   numbers = { stop_timeout = true },
   maps = { label = "labels", annotation = "annotations" },
   reads = { entrypoint = "entrypoint", init = "init_binary" },
   read = read,
}
