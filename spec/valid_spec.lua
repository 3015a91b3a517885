local json = require "neap.json"
local spec = require "neap.spec"
local valid = require "neap.spec.valid"

local UNLIMITED <const> = json.uint "18446744073709551615"

local function default()
   return assert(spec.new({ id = "web", rootfs = "/r", args = { "true" } }, { namespace = "n" }))
end

--- Put a value at "process.cwd" or "mounts[1].options" of a default spec.
local function with(changes)
   local made = default()
   for place, value in pairs(changes) do
      local at, name = made, nil
      for step in place:gmatch "[^.%[%]]+" do
         if name then
            at[name] = at[name] or {}
            at = at[name]
         end
         name = math.tointeger(tonumber(step)) or step
      end
      at[name] = value
   end
   return made
end

local function namespaces(...)
   local list = {}
   for i, kind in ipairs { ... } do list[i] = { type = kind } end
   return list
end

local function rlimit(kind, soft, hard) return { type = kind, soft = soft, hard = hard } end
local function device(kind, path, major, minor)
   return { type = kind, path = path, major = major, minor = minor }
end
local ONE <const> = { { containerID = 0, hostID = 1000, size = 1 } }

describe("neap.spec.valid", function()
   local wrong = {
      { "ociVersion", 1, '1 is not a string' },
      { "process.cwd", "tmp", '"tmp" is not an absolute path' },
      { "process.cwd", "/\0", '"/\\x00" contains NUL' },
      { "process.cwd", json.null, "missing" },
      { "process.terminal", "yes", '"yes" is not true or false' },
      { "process.consoleSize", { width = 80 }, "missing", ".height" },
      { "process.consoleSize", { width = 80, height = 70000 }, "70000 is not a whole", ".height" },
      { "process.user.uid", -1, "-1 is not a whole number from 0 to 2147483647" },
      { "process.user.gid", 1 << 31, "2147483648 is not a whole number" },
      { "process.user.additionalGids", { 1, "adm" }, '"adm" is not a whole number', "[2]" },
      { "process.args", "true", '"true" is not a list' },
      { "process.args", { "a\0b" }, "contains NUL", "[1]" },
      { "process.env", { "A=1", "=1" }, '"=1" is not "NAME=value"', "[2]" },
      { "process.env", { "A" }, '"A" is not "NAME=value"', "[1]" },
      { "process.env", { "A=\0" }, "contains NUL", "[1]" },
      { "process.env", { A = "1" }, "with other keys than 1, 2, ... is not a list" },
      { "process.capabilities.bounding", { "CAP_KILL", "CAP_KIL" },
         '"CAP_KIL" is not known, did you mean "CAP_KILL"?', "[2]" },
      { "process.capabilities.ambient", { "KILL" }, '"KILL" is not known', "[1]" },
      { "process.rlimits", { rlimit("RLIMIT_FILES", 1, 1) }, '"RLIMIT_FILES" is not', "[1].type" },
      { "process.rlimits", { rlimit("RLIMIT_CPU", 2, 1) }, "2 is above the hard limit, 1",
         "[1].soft" },
      { "process.rlimits", { rlimit("RLIMIT_CPU", UNLIMITED, 1) },
         "18446744073709551615 is above the hard limit, 1", "[1].soft" },
      { "process.rlimits", { rlimit("RLIMIT_CPU", 1, 1), rlimit("RLIMIT_CPU", 2, 2) },
         '"RLIMIT_CPU" is there already, at [1]', "[2].type" },
      { "process.rlimits", { rlimit("RLIMIT_CPU", -1, 1) }, "-1 is not a whole number from 0 up",
         "[1].soft" },
      { "process.rlimits", { { type = "RLIMIT_CPU", soft = 1 } }, "missing", "[1].hard" },
      { "process.oomScoreAdj", 1001, "1001 is not a whole number from -1000 to 1000" },
      { "process.oomScoreAdj", 1.5, "1.5 is not a whole number" },
      { "root.path", "", '"" is not a string with something in it' },
      { "root", json.null, "missing" },
      { "hostname", 7, "7 is not a string" },
      { "mounts[1].destination", "proc", '"proc" is not an absolute path' },
      { "mounts[1].destination", json.null, "missing" },
      { "mounts[1].options", { "ro", 1 }, "1 is not a string", "[2]" },
      { "mounts[1]", "/a:/b", '"/a:/b" is not a table' },
      { "annotations", { a = 1 }, "1 is not a string", "[a]" },
      { "annotations", { [""] = "x" }, "an empty name" },
      { "annotations", { "x" }, "1 is not a name" },
      { "hooks", { prestart = { { path = "bin/x" } } }, "is not an absolute", ".prestart[1].path" },
      { "hooks", { poststop = { { path = "/x", timeout = 0 } } }, "0 is not",
         ".poststop[1].timeout" },
      { "linux.namespaces", namespaces("mount", "net"), '"net" is not one of', "[2].type" },
      { "linux.namespaces", namespaces("mount", "pid", "pid"),
         '"pid" is there already, at [2]', "[3].type" },
      { "linux.namespaces", namespaces("pid"), "is missing (it would mount on the host)" },
      { "linux.namespaces", { { type = "mount" }, { type = "pid", path = "proc/1" } },
         "is not an absolute path", "[2].path" },
      { "linux.uidMappings", ONE, 'mappings need a namespace {type="user"}' },
      { "linux.cgroupsPath", "/a/../../b", 'has ".." in it' },
      { "linux.cgroupsPath", false, "false is not a string" },
      { "linux.rootfsPropagation", "bind", '"bind" is not one of' },
      { "linux.maskedPaths", { "proc" }, '"proc" is not an absolute path', "[1]" },
      { "linux.resources.memory", { limit = "64m" }, '"64m" is not a whole number', ".limit" },
      { "linux.resources.memory", { swappiness = 101 }, "101 is not", ".swappiness" },
      { "linux.resources.pids", {}, "missing", ".limit" },
      { "linux.resources.devices", { { allow = true, access = "rx" } },
         '"rx" is not made of r, w and m', "[1].access" },
      { "linux.resources.blockIO", { throttleReadBpsDevice = { { major = 1 } } }, "missing",
         ".throttleReadBpsDevice[1].minor" },
      { "linux.devices", { device("x", "/dev/x", 1, 1) }, '"x" is not one of', "[1].type" },
      { "linux.devices", { device("c", "dev/x", 1, 1) }, "is not an absolute path", "[1].path" },
      { "linux.devices", { device("c", "/dev/x", 1) }, "major and minor are missing", "[1]" },
      { "linux.devices", { device("c", "/dev/x", 1, 1), device("b", "/dev/x", 1, 1) },
         '"/dev/x" is there already', "[2].path" },
      { "linux.sysctl", { ["kernel.panic"] = "1" }, "the whole machine's", "[kernel.panic]" },
      { "linux.sysctl", { ["vm/swappiness"] = "1" }, "the whole machine's", "[vm/swappiness]" },
      { "linux.sysctl", { ["kernel.hostname"] = "x" }, "hostname is what sets it",
         "[kernel.hostname]" },
      { "linux.sysctl", { ["net.x"] = 1 }, "1 is not a string", "[net.x]" },
      { "linux.seccomp", { syscalls = {} }, "missing", ".defaultAction" },
   }
   for _, row in ipairs(wrong) do
      local place, value, why, below = row[1], row[2], row[3], row[4] or ""
      it(("refuses spec.%s%s: %s"):format(place, below, why), function()
         local ok, message = valid.check(with { [place] = value })

         assert.is_nil(ok)
         assert.equal("spec." .. place .. below .. ":", message:match "^[^ ]+")
         assert.matches(why, message, 1, true)
      end)
   end

   it("refuses what needs a namespace that is not there", function()
      local rows = {
         { { ["linux.namespaces"] = namespaces("mount", "ipc", "uts"),
            ["linux.sysctl"] = { ["net.ipv4.ip_forward"] = "1" } },
            "spec.linux.sysctl[net.ipv4.ip_forward]: the parameter is the host's without a n" },
         { { ["linux.namespaces"] = namespaces("mount", "network", "uts"),
            ["linux.sysctl"] = { ["kernel.shmmax"] = "1" } }, "without a ipc namespace" },
         { { ["linux.namespaces"] = namespaces("mount", "network", "uts"),
            ["linux.sysctl"] = { ["fs/mqueue/msg_max"] = "1" } }, "without a ipc namespace" },
         { { ["linux.namespaces"] = namespaces("mount", "network"), hostname = json.null,
            ["linux.sysctl"] = { ["kernel.domainname"] = "x" } }, "without a uts namespace" },
         { { ["linux.namespaces"] = namespaces("mount") },
            'spec.hostname: "web" needs a uts namespace' },
         { { ["linux.namespaces"] = namespaces("mount"), hostname = "", domainname = "d" },
            'spec.domainname: "d" needs a uts namespace' },
         { { ["linux.namespaces"] = namespaces("mount", "uts", "user"),
            ["linux.uidMappings"] = ONE }, "spec.linux.gidMappings: missing" },
      }
      for _, row in ipairs(rows) do
         local ok, why = valid.check(with(row[1]))
         assert.is_nil(ok)
         assert.matches(row[2], why, 1, true)
      end
   end)

   it("takes what is right", function()
      local rows = {
         {},
         { ["process.rlimits"] = { rlimit("RLIMIT_CPU", 1, UNLIMITED),
            rlimit("RLIMIT_NOFILE", UNLIMITED, UNLIMITED) } },
         { ["process.oomScoreAdj"] = -1000.0 },
         { ["process.terminal"] = json.null, mounts = json.null, hooks = json.null },
         { ["process.unknown"] = { 1 }, vm = { kernel = {} } },
         { ["process.env"] = { "A==", "ü=ü" } },
         { ["linux.cgroupsPath"] = "system.slice:neap:web" },
         { ["linux.sysctl"] = { ["net.ipv4.ip_forward"] = "1", ["kernel.sem"] = "1 2 3 4",
            ["fs.mqueue.msg_max"] = "5", ["kernel.domainname"] = "d", ["net/a.b/c"] = "1" } },
         { ["linux.namespaces"] = { { type = "mount" }, { type = "uts" },
            { type = "user", path = "/proc/1/ns/user" } } },
         { ["linux.namespaces"] = namespaces("mount", "uts", "user", "cgroup"),
            ["linux.uidMappings"] = ONE, ["linux.gidMappings"] = ONE },
         { ["linux.resources.memory"] = { limit = -1, swap = math.maxinteger } },
         { ["linux.resources.unified"] = { ["memory.high"] = "max" } },
         { ["linux.devices"] = { device("p", "/dev/fifo"), device("c", "/dev/x", 1, 3) } },
      }
      for i, row in ipairs(rows) do
         local ok, why = valid.check(with(row))
         assert.is_true(ok, ("%d: %s"):format(i, why))
      end
   end)

   it("makes a list of an empty table where a list belongs", function()
      local made = with { mounts = {}, annotations = {}, ["linux.maskedPaths"] = {} }
      assert.is_true(valid.check(made))
      assert.equal("[]", json.encode(made.mounts))
      assert.equal("[]", json.encode(made.linux.maskedPaths))
      assert.equal("{}", json.encode(made.annotations))
   end)

   it("says the first of several things by name, not by chance", function()
      local why = select(2, valid.check(with {
         ["process.zzz"] = 1, ["process.cwd"] = 1, ["process.args"] = 1, ["process.env"] = 1,
      }))
      assert.equal("spec.process.args: 1 is not a list", why)
   end)

   it("passes by what is Linux's on Windows", function()
      local made = { ociVersion = "1.0.2", windows = {}, linux = 1, hostname = 1,
         process = { args = { "cmd" }, cwd = "C:\\" } }
      assert.is_true(valid.check(made, "windows"))
      made.process.args = { 1 }
      assert.equal("spec.process.args[1]: 1 is not a string",
         (select(2, valid.check(made, "windows"))))
      made.process.args, made.process.commandLine = nil, "cmd"
      assert.is_true(valid.check(made, "windows"))
   end)

   it("checks a process alone", function()
      local process = default().process
      assert.is_true(valid.process(process))
      process.env[2] = "x"
      assert.equal('spec.process.env[2]: "x" is not "NAME=value"',
         (select(2, valid.process(process))))
      process.env[2], process.args = nil, nil
      assert.matches("^args: missing", (select(2, valid.process(process))))
   end)

   it("asks after the user's function", function()
      local made, err = spec.new({
         id = "web", rootfs = "/r", args = { "true" },
         spec = function(s) s.process.oomScoreAdj = 5000 end,
      }, { namespace = "n" })
      assert.is_nil(made)
      assert.equal("invalid_argument", err.code)
      assert.matches("^spec.process.oomScoreAdj: 5000 is not", err.message)
   end)
end)
