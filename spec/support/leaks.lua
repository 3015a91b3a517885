-- What this process holds, and what a containerd holds for a namespace: taken
-- before and after, the two tables are the same where nothing leaked.

local lfs = require "lfs"

local leaks = {}

---Open descriptors by what they are: { socket = 3, pipe = 2, ["/a/file"] = 1 }.
function leaks.descriptors()
   local kinds = {}
   for name in lfs.dir("/proc/self/fd") do
      local target = lfs.symlinkattributes("/proc/self/fd/" .. name, "target")
      if target and not target:find("/fd$") then
         local kind = target:match("^(%a[%w_]*):%[%d+%]$") or target
         kinds[kind] = (kinds[kind] or 0) + 1
      end
   end
   return kinds
end

---The arguments of each process that has all of `words` among them, as one line.
function leaks.processes(...)
   local found = {}
   for pid in lfs.dir("/proc") do
      local file = pid:find("^%d+$") and io.open("/proc/" .. pid .. "/cmdline")
      if file then
         local line = " " .. (file:read("a") or ""):gsub("%z", " ")
         file:close()
         local all = true
         for _, word in ipairs({ ... }) do
            all = all and line:find(" " .. word .. " ", 1, true)
         end
         if all then table.insert(found, pid .. line) end
      end
   end
   return found
end

---Paths below the bundle roots of every engine that belong to `namespace`.
function leaks.bundles(namespace)
   local pipe = assert(io.popen("find /run/neap -path '/run/neap/*/" .. namespace
      .. "/*' 2>/dev/null | sort"))
   local list = {}
   for line in pipe:lines() do table.insert(list, line) end
   pipe:close()
   return list
end

return leaks
