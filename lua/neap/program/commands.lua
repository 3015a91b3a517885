--- The commands there are, for help, suggestions and completion: each is a file
--- of lua/neap/command, loaded only when used.

---@class neap.program.Summary
---@field name string
---@field help string
return {
   { name = "run", help = "run a command in a new container" },
   { name = "exec", help = "run a command in a running container" },
   { name = "attach", help = "show a running container's output, and type to it" },
   { name = "logs", help = "show what a container has written" },
   { name = "explain", help = "show who set what in a container's spec" },
   { name = "diff-spec", help = "show where two containers' specs differ" },
   { name = "ps", help = "list containers" },
   { name = "volume", help = "create, list or remove volumes" },
   { name = "engine", help = "start, stop or show the embedded containerd" },
   { name = "version", help = "show the versions of Neap and containerd" },
   { name = "help", help = "explain a command" },
}
