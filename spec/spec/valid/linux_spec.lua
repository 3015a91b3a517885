local json = require "neap.json"
local valid = require "neap.spec.valid"
local defects = require "support.defects"

local namespaces, device, ONE = defects.namespaces, defects.device, defects.ONE

describe("neap.spec.valid", function()
   local wrong = {
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
   for _, defect in ipairs(wrong) do
      it(defects.name(defect), function() defects.assert_refused(defect) end)
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
         local ok, why = valid.check(defects.with(row[1]))
         assert.is_nil(ok)
         assert.matches(row[2], why, 1, true)
      end
   end)
end)
