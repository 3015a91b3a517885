-- What a spec asks for that the runtime cannot do is refused before anything is sent,
-- whoever asks; and the runtime agrees: it fails at each of these, and takes the rest.

local live = require "support.live"
local machine = require "neap.machine"
local neap = require "neap"
local possible = require "neap.spec.possible"

local function limited(section, limits)
   return function(spec) spec.linux.resources[section] = limits end
end

local function mounted(type, destination, source, ...)
   local mount = { type = type, destination = destination, source = source, options = { ... } }
   return function(spec) spec.mounts[#spec.mounts + 1] = mount end
end

local function with_sysctl(name)
   return function(spec) spec.linux.sysctl = { [name] = "1" } end
end

local function with_files(count)
   return function(spec)
      spec.process.rlimits = { { type = "RLIMIT_NOFILE", soft = 1, hard = count } }
   end
end

local nr_open = io.open "/proc/sys/fs/nr_open":read "n"

local BAD <const> = {
   { "memory = 1", limited("memory", { limit = 1 }), "memory.limit: in 1 bytes nothing starts" },
   { "swap alone", limited("memory", { swap = 1 << 30 }), "memory.swap: needs memory.limit" },
   { "a reservation below -1", limited("memory", { reservation = -2 }), "memory.reservation: -2" },
   { "a small quota", limited("cpu", { quota = 999 }), "cpu.quota: 999" },
   { "a long period", limited("cpu", { period = 1000001 }), "cpu.period: 1000001" },
   { "too many pids", limited("pids", { limit = (1 << 22) + 1 }), "pids.limit: 4194305" },
   { "processors that are not there", limited("cpu", { cpus = "4000" }), "cpu.cpus: 4000 is not" },
   { "a tmpfs on /proc", mounted("tmpfs", "/proc", "tmpfs"), "mounts[/proc]: only a proc" },
   { "a link to /proc", mounted("tmpfs", "/lp", "tmpfs"), "mounts[/lp]: leads to /proc" },
   { "what is inside /proc", mounted("bind", "/lp/version", "/etc/hostname", "rbind"),
      "mounts[/lp/version]: leads to /proc/version" },
   { "no devices", mounted("tmpfs", "/dev", "tmpfs", "nodev"), "mounts[/dev]: no device" },
   { "another /dev", mounted("bind", "/dev", "/etc", "rbind"), "mounts[/dev]: the runtime needs" },
   { "an unknown parameter", with_sysctl "net.foo.bar", "sysctl[net.foo.bar]: the kernel has no" },
   { "more files than the kernel gives", with_files(nr_open + 1), "rlimits[RLIMIT_NOFILE]: " },
}

local GOOD <const> = {
   { "little memory", limited("memory", { limit = 5000000, reservation = 6000000 }) },
   { "limits that say nothing", limited("memory", { limit = 0, swap = -1 }) },
   { "a quota without end", limited("cpu", { quota = -7, period = 0, shares = 0 }) },
   { "empty limits", limited("unified", {}) },
   { "a tmpfs on /proc/sys", mounted("tmpfs", "/ls", "tmpfs") },
   { "what stands in for /proc/meminfo", mounted("bind", "/lp/meminfo", "/etc/hosts", "rbind") },
   { "a proc on /proc", mounted("bind", "/proc", "/proc", "rbind") },
   { "a remount", mounted("tmpfs", "/proc", "", "remount", "ro") },
   { "a link that is covered", mounted("tmpfs", "/run/in", "tmpfs") },
   { "a parameter", with_sysctl "net/ipv4/conf/lo/forwarding" },
}

if machine.cgroup() ~= "v2" then
   GOOD[#GOOD + 1] = { "swap without end", limited("memory", { swap = math.maxinteger }) }
   GOOD[#GOOD + 1] = { "as many pages", limited("memory", { limit = 20000001, swap = 20000000 }) }
end

describe("a spec that others wrote", function()
   local client, rootfs

   setup(function()
      client, rootfs = live.client(), live.fresh_rootfs()
      assert(os.execute("cd " .. rootfs .. " && ln -s /proc lp && ln -s proc/sys ls"
         .. " && mkdir -p run && ln -s /proc run/in"))
   end)
   teardown(function() client:close() end)

   local function run(edit)
      return client:run { rootfs = rootfs, args = { "true" }, spec = function(spec)
         spec.linux.resources = spec.linux.resources or {}
         edit(spec)
      end }
   end

   for _, row in ipairs(BAD) do
      it("is refused, and would fail: " .. row[1], function()
         local calls, _, err = live.count(function() return run(row[2]) end)
         assert.same({}, calls)
         assert.equal("invalid_argument", err.code)
         assert.matches(row[3], err.message, 1, true)

         local real = possible.check
         finally(function() possible.check = real end)
         possible.check = function() end
         local result, failed = run(row[2])
         assert.is_nil(result)
         assert.equal("container.start", failed.op)
      end)
   end
   for _, row in ipairs(GOOD) do
      it("may have what the runtime takes: " .. row[1], function()
         local result, err = run(row[2])
         if not result then error(err) end
         assert.equal(0, result.code)
      end)
   end

   it("may be a policy's", function()
      local policy = neap.policy(function(spec)
         spec.linux.resources = spec.linux.resources or {}
         BAD[1][2](spec)
      end, { client = client })
      local _, err = client:run { rootfs = rootfs, args = { "true" } }
      policy:remove()
      assert.equal("invalid_argument", err.code)
      assert.matches(BAD[1][3], err.message, 1, true)
   end)
end)
