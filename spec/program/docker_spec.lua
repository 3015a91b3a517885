local docker = require "neap.program.docker"
local usage = require "neap.program.usage"

local host = {
   getenv = function(name) return ({ HERE = "1" })[name] end,
}

local function config(...)
   local parsed = assert(usage.parse("run", {
      summary = "", options = docker.options, operands = {},
   }, { ... }))
   return docker.config(parsed, host)
end

describe("neap.program.docker.config", function()
   it("knows docker's words", function()
      assert.same({
         rootfs = "/r", id = "web", cwd = "/w", user = "1:2", hostname = "h",
         domainname = "d",
         network = "host", readonly = true, memory = "64m", cpus = 1.5, pids = 10,
         mounts = { "/a:/b:ro" }, labels = { tier = "db", bare = "" },
         ulimits = { "nofile=10:20" }, cap_drop = { "ALL" }, sysctl = { ["a.b"] = "1=2" },
         entrypoint = { "init" }, groups = { "5", "adm" }, no_new_privileges = true,
      }, config(
         "--rootfs", "/r", "--name", "web", "-w", "/w", "-u", "1:2", "-h", "h", "--net",
         "host", "--read-only", "-m", "64m", "--cpus", "1.5", "--pids-limit", "10", "-v",
         "/a:/b:ro", "-l", "tier=db", "--label", "bare", "--ulimit", "nofile=10:20",
         "--domainname", "d", "--cap-drop", "ALL", "--sysctl", "a.b=1=2",
         "--entrypoint", "init",
         "--security-opt", "no-new-privileges", "--group-add", "5", "--group-add", "adm"
      ))
   end)

   it("reads what is said about security", function()
      assert.same({ seccomp = "unconfined", no_new_privileges = false }, config(
         "--security-opt", "seccomp=unconfined", "--security-opt", "no-new-privileges=false"
      ))
      assert.same({ privileged = true, masked_paths = {}, readonly_paths = {} },
         config("--privileged", "--security-opt", "systempaths=unconfined"))
   end)

   it("knows how a container is ended, and by whom it is begun", function()
      assert.same({ init = true, stop_timeout = 30 }, config("--init", "--stop-timeout", "30"))
      assert.same({ init = "/x", stop_timeout = math.huge },
         config("--init-binary", "/x", "--stop-timeout=-1"))
      assert.same({ stop_timeout = "soon" }, config("--stop-timeout", "soon"))
   end)

   it("knows docker's words for limits and devices", function()
      assert.same({
         memory_swap = -1, memory_swappiness = 5, kernel_memory = "1m", oom_kill_disable = true,
         cpu_period = 1000, cpu_quota = -1, cpu_rt_period = 1, cpu_rt_runtime = 2,
         blkio_weight = 10, blkio_weight_device = { "/dev/a:10" },
         device_read_bps = { "/dev/a:1mb", "/dev/b:2" }, device_write_bps = { "/dev/a:1" },
         device_read_iops = { "/dev/a:2" }, device_write_iops = { "/dev/a:3" },
         hugepages = { ["2MB"] = "4m" }, unified = { ["memory.high"] = "5" },
         devices = { "/dev/a:r", "v/c=d" }, device_cgroup_rules = { "c 1:* r" },
      }, config(
         "--memory-swap", "-1", "--memory-swappiness", "5", "--kernel-memory", "1m",
         "--oom-kill-disable", "--cpu-period", "1000", "--cpu-quota", "-1", "--cpu-rt-period",
         "1", "--cpu-rt-runtime", "2", "--blkio-weight", "10", "--blkio-weight-device",
         "/dev/a:10", "--device-read-bps", "/dev/a:1mb", "--device-read-bps", "/dev/b:2",
         "--device-write-bps", "/dev/a:1", "--device-read-iops", "/dev/a:2",
         "--device-write-iops", "/dev/a:3", "--hugepages", "2MB=4m", "--cgroup-conf",
         "memory.high=5", "--device", "/dev/a:r", "--device", "v/c=d",
         "--device-cgroup-rule", "c 1:* r"
      ))
   end)

   it("reads profiles and labels", function()
      assert.same({ apparmor = "mine", selinux = { type = "t_t", level = "s0:c1,c2" } }, config(
         "--security-opt", "apparmor=mine", "--security-opt", "label=type:t_t",
         "--security-opt", "label:level:s0:c1,c2"
      ))
      assert.same({ selinux = "disable" }, config("--security-opt", "label=disable"))
   end)

   it("reads whose namespaces there are", function()
      assert.same(
         { pid = "host", ipc = "none", uts = "container:a", cgroupns = "private", userns = "host" },
         config("--pid", "host", "--ipc", "none", "--uts", "container:a", "--cgroupns", "private",
            "--userns", "host")
      )
   end)

   it("gives nothing that was not said", function()
      assert.same({}, config())
   end)

   it("takes variables from files, from here, and as they are", function()
      assert.same(
         { env_file = { "a.env", "b.env" }, env = { "HERE=1", "C=" } },
         config("--env-file", "a.env", "-e", "HERE", "-e", "GONE", "-e", "C=",
            "--env-file", "b.env")
      )
   end)

   it("leaves a variable without a name to the config's own check", function()
      assert.same({ env = { "" } }, config("-e", ""))
   end)

   it("takes an empty entrypoint for none", function()
      assert.same({ entrypoint = {} }, config("--entrypoint", ""))
   end)

   it("leaves what is no number to the config's own check", function()
      assert.same({ cpus = "many" }, config("--cpus", "many"))
   end)

   local wrong = {
      { "a sysctl without =", { "--sysctl", "x" }, "--sysctl: x is not NAME=VALUE" },
      { "an empty security option", { "--security-opt", "" }, '--security-opt: "" is not known' },
      { "a word of no mount", { "--mount", "target=/a,foo=1" }, 'of a mount (bind-nonrecursive, ' },
      { "a label without a name", { "--label", "=x" }, "--label: =x is not NAME=VALUE" },
      { "a security option", { "--security-opt", "secomp=x" },
         '"secomp=x" is not known, did you mean "seccomp"?' },
      { "half a security option", { "--security-opt", "no-new-privileges=maybe" },
         "--security-opt: no-new-privileges=maybe: true or false is needed" },
      { "other paths", { "--security-opt", "systempaths=/proc" }, "unconfined is needed" },
      { "no AppArmor profile", { "--security-opt", "apparmor=" }, "unconfined or a profile is" },
      { "half a label", { "--security-opt", "label=type" }, "disable, or type:NAME and" },
      { "no profile", { "--security-opt", "seccomp" }, "unconfined, builtin or a file is needed" },
      { "a page without =", { "--cgroup-conf", "x" }, "--cgroup-conf: x is not NAME=VALUE" },
   }
   for _, case in ipairs(wrong) do
      it("refuses " .. case[1], function()
         local made, why = config(table.unpack(case[2]))

         assert.is_nil(made)
         assert.matches(case[3], why, 1, true)
      end)
   end
end)

describe("neap.program.docker.say", function()
   local rows = {
      { { pids_limit = "x" }, 'pids: "x" is none', '--pids-limit: "x" is none' },
      { { volume = { "/a:/b" } }, "mounts[1]: /a is not there", "--volume[1]: /a is not there" },
      { { mount = { "x" } }, "mounts[1]: no", "--mount mounts[1]: no" },
      { { mount = { "x" }, volume = { "y" } }, "mounts[2]: no", "mounts[2]: no" },
      { { mount = {}, volume = { "y" } }, "mounts[1]: no", "--volume[1]: no" },
      { { security_opt = { "seccomp=x" } }, "seccomp: no", "--security-opt seccomp: no" },
      { { ulimit = { "nofile=2:1" } }, "ulimits.nofile: no", "--ulimit.nofile: no" },
      { { pids_limit = "1" }, "memory: no", "memory: no" },
      { {}, "spec.process: missing", "spec.process: missing" },
   }
   for i, row in ipairs(rows) do
      it(("says %d, %s"):format(i, row[2]), function()
         local err = docker.say({ code = "invalid_argument", message = row[2] }, row[1])
         assert.equal(row[3], err.message)
      end)
   end

   it("leaves alone what is no refusal of a value", function()
      local err = docker.say({ code = "unavailable", message = "pids: x" }, { pids_limit = "1" })
      assert.equal("pids: x", err.message)
   end)
end)
