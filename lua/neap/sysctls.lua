--- Names of the kernel's parameters, and whose they are: proc_sys_net(5), ipc and
--- uts of namespaces(7), as runc 1.1 has it (libcontainer/configs/validate).

local sysctls = {}

local IPC <const> = {
   ["kernel.msgmax"] = true, ["kernel.msgmnb"] = true, ["kernel.msgmni"] = true,
   ["kernel.sem"] = true, ["kernel.shmall"] = true, ["kernel.shmmax"] = true,
   ["kernel.shmmni"] = true, ["kernel.shm_rmid_forced"] = true,
}

--- What a container can have of its own, for messages.
sysctls.allowed = "a container's are net.*, fs.mqueue.*, kernel.msg*, kernel.sem, kernel.shm*, "
   .. "kernel.domainname"

--- sysctl(8) writes a name with dots or with slashes; the first of the two that
--- comes is what separates, and the other stands for itself.
---@param name string
---@return string name  with dots
function sysctls.plain(name)
   local separator = name:match "[./]"
   if separator ~= "/" then return name end
   return (name:gsub("[./]", { ["/"] = ".", ["."] = "/" }))
end

--- The type of the namespace that a parameter is of.
---@param name string
---@return "network"|"ipc"|"uts"|nil type  nil: it is the whole machine's
function sysctls.namespace(name)
   local plain = sysctls.plain(name)
   if plain:find "^net%." then return "network" end
   if IPC[plain] or plain:find "^fs%.mqueue%." then return "ipc" end
   if plain == "kernel.domainname" or plain == "kernel.hostname" then return "uts" end
   return nil
end

return sysctls
