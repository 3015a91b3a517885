-- A container from Lua, the long way and the short one.
--
--    neap scripts/demo.lua ROOTFS     scripts/rootfs makes one

local neap = require "neap"

local rootfs = arg[1] or error("usage: neap scripts/demo.lua ROOTFS", 0)
local client <close> = assert(neap.connect())

-- Short: a container that runs to its end, and leaves nothing.
local result = assert(client:run {
   rootfs = rootfs,
   args = { "/bin/sh", "-c", "echo hello from $(hostname); exit 3" },
   hostname = "demo",
})
io.write(result.stdout)
print(("it exited %d after %.0f ms"):format(result.code, result.duration * 1000))

-- Long: one that stays, and a command in it.
local container = assert(client:create { rootfs = rootfs, args = { "/bin/sleep", "60" } })
local task = assert(container:start())
print(task)

local ps = assert(task:exec { args = { "/bin/ps", "-o", "pid,args" }, stdout = "pipe" })
for line in ps.stdout:lines() do
   print("  " .. line)
end

-- Several at once: each fiber waits, none of them blocks.
local names = neap.all {
   one = function() return client:run { rootfs = rootfs, args = { "/bin/echo", "first" } } end,
   two = function() return client:run { rootfs = rootfs, args = { "/bin/echo", "second" } } end,
}
print("side by side: " .. names.one.stdout:sub(1, -2) .. ", " .. names.two.stdout:sub(1, -2))

assert(container:delete { force = true })
