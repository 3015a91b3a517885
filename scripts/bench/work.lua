-- What is measured, done by Neap; go/peer.go is its twin.
--
--    neap work.lua ROOTFS runs|calls|execs|count COUNT
--    neap work.lua ROOTFS copy COUNT FILE

local neap = require "neap"

local rootfs, name, count = arg[1], arg[2], tonumber(arg[3])
local client <close> = assert(neap.connect())
local work = {}

--- CPU time and the clock, in seconds.
local function clocks()
   return os.clock(), neap.now()
end

--- Call it `count` times; print the median and the CPU time of one, in us.
local function each(call)
   local times = {}
   local cpu = os.clock()
   for i = 1, count do
      local start = neap.now()
      call(i)
      times[i] = neap.now() - start
   end
   cpu = os.clock() - cpu
   table.sort(times)
   print(("%.0f %.0f"):format(times[count // 2 + 1] * 1e6, cpu * 1e6 / count))
end

function work.runs()
   for _ = 1, count do
      local result = assert(client:run { rootfs = rootfs, args = { "/bin/echo", "hello" } })
      assert(result.stdout == "hello\n")
   end
end

function work.calls()
   each(function() assert(client:call("containerd.services.version.v1.Version/Version", {})) end)
end

function work.execs()
   local container = assert(client:create { rootfs = rootfs, args = { "/bin/sleep", "600" } })
   local task = assert(container:start())
   each(function()
      local process = assert(task:exec {
         args = { "/bin/true" }, stdout = function() end, stderr = function() end,
      })
      assert(process:wait())
      assert(process:delete())
   end)
   assert(container:delete { force = true })
end

--- `count` MiB of output; print MB/s, and the CPU time of a GB in ms.
local function bulk(stdout)
   local cpu, start = clocks()
   local result = assert(client:run {
      rootfs = rootfs, stdout = stdout, stderr = "null",
      args = { "/bin/dd", "if=/dev/zero", "bs=64k", "count=" .. count * 16 },
   })
   local cpu_end, finish = clocks()
   assert(result.code == 0 and not result.truncated)
   local megabytes = count * 1048576 / 1e6
   print(("%.0f %.0f"):format(megabytes / (finish - start), (cpu_end - cpu) * 1e6 / megabytes))
end

--- Every byte through a Lua function.
function work.count()
   local size = 0
   bulk(function(bytes) size = size + #(bytes or "") end)
   assert(size == count * 1048576)
end

--- To a file; the bytes never enter Lua.
function work.copy()
   bulk(arg[4])
end

work[name]()
