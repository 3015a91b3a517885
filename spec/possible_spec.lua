local json = require "neap.json"
local specs = require "neap.spec"

local CONFIG <const> = { id = "x", args = { "true" } }

--- A machine with some files, links and directories.
local function machine_of(more)
   local machine = {
      cgroup = function() return more.cgroup end,
      controllers = function() return more.controllers end,
      read = function(path) return (more.files or {})[path] end,
      readlink = function(path) return (more.links or {})[path] end,
      stat = function(path) return (more.directories or {})[path] and { type = "directory" } end,
      exists = function(path) return not (more.missing or {})[path] end,
   }
   return machine
end

--- What is made of a spec that `edit` has edited.
local function make(edit, machine, config)
   local wanted = { spec = edit, rootfs = "/root" }
   for _, fields in ipairs { CONFIG, config or {} } do
      for name, value in pairs(fields) do wanted[name] = value end
   end
   return specs.new(wanted, { namespace = "n", machine = machine_of(machine or {}) })
end

local function limited(section, limits)
   return function(spec) spec.linux.resources = { [section] = limits } end
end

describe("the limits of a spec that others wrote", function()
   local bad = {
      { "memory", { limit = 1 }, "memory.limit: in 1 bytes nothing starts" },
      { "memory", { limit = -2 }, "memory.limit: -2 is less than -1" },
      { "memory", { reservation = -2 }, "memory.reservation: -2 is less than -1" },
      { "memory", { swap = 1 << 30 }, "memory.swap: needs memory.limit" },
      { "memory", { limit = -1, swap = 1 << 30 }, "memory.swap: needs memory.limit" },
      { "memory", { limit = 1 << 30, swap = 1 << 20 }, "memory.swap: 1048576 is less than" },
      { "cpu", { quota = 999 }, "cpu.quota: 999 is less than 1000" },
      { "cpu", { period = 999 }, "cpu.period: 999 is not from 1000 to 1000000" },
      { "cpu", { period = 1000001 }, "cpu.period: 1000001 is not from" },
      { "cpu", { shares = 1 }, "cpu.shares: 1 is not from 2 to 262144" },
      { "pids", { limit = 1 << 40 }, "pids.limit: 1099511627776 is more than there are" },
      { "unified", { ["memory.max"] = "1" }, "unified: cgroup v1 has no such limit" },
      { "rdma", { a = { hcaHandles = 1 } }, "rdma.a: this machine has no rdma controller" },
   }
   local V1 <const> = { cgroup = "v1", controllers = { memory = true, cpu = true, pids = true } }
   for _, row in ipairs(bad) do
      it("are refused: " .. row[3], function()
         local spec, err = make(limited(row[1], row[2]), V1)
         assert.is_nil(spec)
         assert.equal("invalid_argument", err.code)
         assert.matches("spec.linux.resources." .. row[3], err.message, 1, true)
      end)
   end

   local good = {
      { "memory", { limit = 4000000, reservation = 5000000, swap = 0, kernel = 1 } },
      { "memory", { limit = 0, swap = -1 } }, { "memory", { limit = json.null } },
      { "cpu", { quota = -7, period = 0, shares = 0, cpus = "" } }, { "cpu", json.null },
      { "pids", { limit = -3 } }, { "unified", {} }, { "hugepageLimits", {} }, { "rdma", {} },
      { "blockIO", { weight = 0, throttleReadBpsDevice = {} } },
      { "memory", { disableOOMKiller = false } },
      -- As many pages as are called unlimited, and as the limit has.
      { "memory", { swap = math.maxinteger - 4095 } },
      { "memory", { limit = -1, swap = math.maxinteger } },
      { "memory", { limit = 20000001, swap = 20000000 } },
   }
   for i, row in ipairs(good) do
      it(("may be what the runtime takes (%d)"):format(i), function()
         assert(make(limited(row[1], row[2]), V1))
      end)
   end

   it("are counted by the byte in version 2", function()
      for _, row in ipairs {
         { { swap = math.maxinteger }, "needs memory.limit" },
         { { limit = 20000001, swap = 20000000 }, "20000000 is less than memory.limit" },
      } do
         local _, err = make(limited("memory", row[1]), { cgroup = "v2" })
         assert.matches("spec.linux.resources.memory.swap: " .. row[2], err.message, 1, true)
      end
   end)

   it("say nothing of version 2 that newer runtimes take", function()
      assert(make(limited("cpu", { shares = 1 }), { cgroup = "v2" }))
      assert(make(limited("memory", { swappiness = 1 }), { cgroup = "v2" }))
   end)

   it("are as they always were where an option says them", function()
      local spec = assert(specs.new({
         id = "x", args = { "true" }, resources = { memory = { limit = 1 } },
      }, { namespace = "n" })) -- neap.config refuses it before
      assert.equal(1, spec.linux.resources.memory.limit)
   end)
end)

describe("the parameters of a spec", function()
   local MISSING <const> = {
      ["/proc/sys/net/foo/bar"] = true, ["/proc/sys/net/ipv4/conf/eth9/forwarding"] = true,
      ["/proc/sys/net/ipv4/conf/lo/nothing"] = true,
      ["/proc/sys/net/mpls/conf/eth9/input"] = true,
   }

   local function with(name)
      return function(spec) spec.linux.sysctl = { [name] = "1" } end
   end

   it("are there", function()
      for _, name in ipairs { "net.foo.bar", "net/foo/bar", "net.ipv4.conf.lo.nothing" } do
         local spec, err = make(with(name), { missing = MISSING })
         assert.is_nil(spec)
         local why = ("spec.linux.sysctl[%s]: the kernel has no such parameter (/proc"):format(name)
         assert.matches(why, err.message, 1, true)
      end
      local _, err = make(nil, { missing = MISSING }, { sysctl = { ["net.foo.bar"] = "1" } })
      assert.matches("sysctl[net.foo.bar]: the kernel has no", err.message, 1, true)
   end)

   it("may be an interface's that comes later, or another network's", function()
      assert(make(with "net.ipv4.conf.eth9.forwarding", { missing = MISSING }))
      assert(make(with "net.mpls.conf.eth9.input", { missing = MISSING }))
      assert(make(function(spec)
         with "net.foo.bar"(spec)
         for _, namespace in ipairs(spec.linux.namespaces) do
            if namespace.type == "network" then namespace.path = "/proc/1/ns/net" end
         end
      end, { missing = MISSING }))
   end)
end)

describe("what another runtime than runc can do", function()
   local RUNC <const> = {
      "io.containerd.runc.v2", "/usr/bin/containerd-shim-runc-v2", "a.runc.v2", -- the same shim
   }
   local OTHERS <const> = { "io.containerd.kata.v2", "/opt/containerd-shim-kata-v2", "a.xrunc.v2" }
   local MACHINE <const> = {
      cgroup = "v1", missing = { ["/proc/sys/net/foo"] = true },
      files = { ["/proc/sys/fs/nr_open"] = "1000\n" },
   }
   local RLIMITS <const> = { { type = "RLIMIT_NOFILE", soft = 1, hard = 1001 } }

   local edits = {
      limited("memory", { limit = 1 }),
      function(spec) spec.linux.sysctl = { ["net.foo"] = "1" } end,
      function(spec) spec.process.rlimits = RLIMITS end,
      function(spec)
         spec.mounts[#spec.mounts + 1] = { type = "tmpfs", source = "tmpfs", destination = "/proc" }
      end,
   }

   local function exec(runtime)
      local rule = { name = "p", fn = function(process) process.rlimits = RLIMITS end }
      return specs.exec({ process = { cwd = "/" } }, { args = { "true" } }, {
         namespace = "n", machine = machine_of(MACHINE), policies = { rule },
         container = { runtime = runtime },
      })
   end

   it("is not known here, where its kernel may be its own", function()
      for _, runtime in ipairs(OTHERS) do
         for _, edit in ipairs(edits) do assert(make(edit, MACHINE, { runtime = runtime })) end
         assert(exec(runtime))
      end
      for _, runtime in ipairs(RUNC) do
         for _, edit in ipairs(edits) do
            assert.is_nil((make(edit, MACHINE, { runtime = runtime })))
         end
         assert.is_nil((exec(runtime)))
      end
   end)
end)

describe("the open files of a spec", function()
   local FILES <const> = { files = { ["/proc/sys/fs/nr_open"] = "1000\n" } }

   it("are no more than the kernel gives", function()
      local function with(hard)
         return function(spec)
            spec.process.rlimits = { { type = "RLIMIT_NOFILE", soft = 1, hard = hard } }
         end
      end
      assert(make(with(1000), FILES))
      assert(make(with(1001)))
      local _, err = make(with(1001), FILES)
      assert.matches("spec.process.rlimits[RLIMIT_NOFILE]: 1001 is above what the kernel gives "
         .. "(fs.nr_open, 1000)", err.message, 1, true)
      _, err = make(nil, FILES, { ulimits = {
         { type = "RLIMIT_NOFILE", soft = 1, hard = json.uint "18446744073709551615" },
      } })
      assert.matches("^ulimits.nofile: unlimited is above", err.message)
   end)

   it("are no more in an exec that a policy edits", function()
      local function exec(hard)
         local rule = { name = "p", fn = function(process)
            process.rlimits = { { type = "RLIMIT_NOFILE", soft = 1, hard = hard } }
         end }
         return specs.exec({ process = { cwd = "/" } }, { args = { "true" } },
            { namespace = "n", machine = machine_of(FILES), policies = { rule } })
      end
      assert(exec(1000))
      local _, err = exec(1001)
      assert.equal("task.exec", err.op)
      assert.matches("1001 is above what the kernel gives", err.message, 1, true)
   end)
end)

describe("the mounts of a spec", function()
   local function with(...)
      local more = { ... }
      return function(spec)
         for _, mount in ipairs(more) do spec.mounts[#spec.mounts + 1] = mount end
      end
   end
   local function mount(type, destination, source, ...)
      return { type = type, destination = destination, source = source or type, options = { ... } }
   end
   local MACHINE <const> = {
      links = {
         ["/root/lp"] = "/proc", ["/root/up"] = "../../proc/.", ["/root/run/in"] = "/proc",
         ["/root/loop"] = "loop", ["/root/far"] = "/a/near", ["/root/a/near"] = "../up",
      },
      directories = { ["/tmp"] = true, ["/dev"] = true, ["/p"] = true },
      missing = {
         ["/tmp/self"] = true, ["/tmp/uptime"] = true, ["/tmp/null"] = true, ["/p/uptime"] = true,
      },
   }

   local bad = {
      { { mount("tmpfs", "/proc") }, "[/proc]: only a proc is mounted at /proc" },
      { { mount("tmpfs", "/lp") }, "[/lp]: leads to /proc, and only a proc" },
      { { mount("sysfs", "/up") }, "[/up]: leads to /proc, and only" },
      { { mount("bind", "/proc", "/tmp", "rbind") }, "[/proc]: only a proc" },
      { { mount("tmpfs", "/far") }, "[/far]: leads to /proc, and only" },
      { { mount("none", "/lp/version", "/f", "bind") }, "[/lp/version]: leads to /proc/version," },
      { { mount("bind", "/proc/a", "/f") }, "[/proc/a]: is inside /proc" },
      { { mount("tmpfs", "/dev", "tmpfs", "dev", "nodev") }, "[/dev]: no device can be opened" },
      { { mount("bind", "/dev", "/tmp") }, '[/dev]: the runtime needs a device "null"' },
   }
   for _, row in ipairs(bad) do
      it("are refused: " .. row[2], function()
         local spec, err = make(with(table.unpack(row[1])), MACHINE)
         assert.is_nil(spec)
         assert.matches("spec.mounts" .. row[2], err.message, 1, true)
      end)
   end

   local good = {
      { mount("tmpfs", "/proc"), mount("proc", "/proc") }, -- the last one counts
      { mount("tmpfs", "/proc/sys") }, { mount("bind", "/proc/meminfo", "/f") },
      { mount("bind", "/lp/meminfo", "/f") }, { mount("bind", "/proc", "/proc") },
      { mount("bind", "/proc", "/p") }, -- another's proc
      { mount("tmpfs", "/proc", "tmpfs", "remount", "ro") },
      { mount("tmpfs", "/run/in") }, -- the link is covered by the tmpfs at /run
      { mount("tmpfs", "/loop") },
      { mount("tmpfs", "/dev", "tmpfs", "nodev"), mount("bind", "/dev/null", "/dev/null") },
      { mount("tmpfs", "/dev", "tmpfs", "nodev", "dev") }, { mount("bind", "/dev", "/dev") },
   }
   for i, row in ipairs(good) do
      it(("may be what the runtime takes (%d)"):format(i), function()
         assert(make(with(table.unpack(row)), MACHINE))
      end)
   end

   it("follow the rootfs's links where an option says them, too", function()
      local _, err = make(nil, MACHINE, { mounts = { mount("tmpfs", "/lp") } })
      assert.matches("mounts[/lp]: leads to /proc", err.message, 1, true)
   end)
end)
