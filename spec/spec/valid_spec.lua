local json = require "neap.json"
local spec = require "neap.spec"
local valid = require "neap.spec.valid"
local defects = require "support.defects"

local namespaces, device, rlimit = defects.namespaces, defects.device, defects.rlimit
local with, ONE = defects.with, defects.ONE
local UNLIMITED <const> = json.uint "18446744073709551615"

describe("neap.spec.valid", function()
   local wrong = {
      { "ociVersion", 1, '1 is not a string' },
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
   }
   for _, defect in ipairs(wrong) do
      it(defects.name(defect), function() defects.assert_refused(defect) end)
   end

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
