-- Which system calls a container's processes may use, seen from inside.

local live = require "support.live"
local shell = require "support.shell"

describe("a container's system calls", function()
   local client
   setup(function() client = live.client() end)
   teardown(function() client:close() end)

   local function run(script, fields)
      local result, err = client:run(live.config({ "sh", "-c", script .. " 2>&1" }, fields))
      if not result then error(err) end
      return result.stdout
   end

   local STATUS <const> =
      "grep -E '^(NoNewPrivs|Seccomp):' /proc/self/status | tr -s '\\t\\n' ' '; "

   it("are filtered by default, and privileges may be gained", function()
      assert.equal("NoNewPrivs: 0 Seccomp: 2 unshare: unshare(0x20000): Operation not permitted\n",
         run(STATUS .. "unshare -m true"))
   end)

   it("depend on its capabilities", function()
      assert.equal("made\n", run("unshare -m echo made", { cap_add = { "SYS_ADMIN" } }))
   end)

   it("are all there unconfined, and privileges are not gained where that is said", function()
      assert.equal("NoNewPrivs: 1 Seccomp: 0 ",
         run(STATUS, { seccomp = "unconfined", no_new_privileges = true }))
   end)

   -- ENOTTY, which no file system answers to mkdir.
   local OWN <const> = [[{ "defaultAction": "SCMP_ACT_ALLOW", "syscalls": [
      { "names": ["mkdir", "mkdirat"], "action": "SCMP_ACT_ERRNO", "errnoRet": 25 },
      { "names": ["chmod", "fchmod", "fchmodat"], "action": "SCMP_ACT_ERRNO", "errnoRet": 25,
        "excludes": { "caps": ["CAP_SYS_TIME"] } } ] }]]

   it("are those of a profile of one's own, for execs too", function()
      local path = live.path "profile.json"
      local file = assert(io.open(path, "w"))
      file:write(OWN)
      file:close()
      finally(function() os.remove(path) end)
      local container, err = client:create {
         rootfs = live.rootfs(), args = { "sleep", "1000" }, seccomp = path,
      }
      if not container then error(err) end
      local task = assert(container:start())
      local process = assert(task:exec {
         args = { "sh", "-c", "mkdir /tmp/x 2>&1; chmod 700 /tmp 2>&1" }, stdout = "pipe",
      })
      assert.equal("mkdir: can't create directory '/tmp/x': Inappropriate ioctl for device\n"
         .. "chmod: /tmp: Inappropriate ioctl for device\n", process:read "a")
      assert.is_true(container:delete { force = true })

      assert.equal("", run("chmod 700 /tmp", { seccomp = path, cap_add = { "SYS_TIME" } }))
   end)

   it("are given to neap run", function()
      local function program(option)
         local result = shell.run({
            live.program, "run", "--rootfs", live.rootfs(), "--security-opt", option,
            "--security-opt", "no-new-privileges", "sh", "-c", STATUS,
         }, { env = { CONTAINERD_ADDRESS = live.address, CONTAINERD_NAMESPACE = live.namespace } })
         return result.stdout, result.stderr
      end
      assert.equal("NoNewPrivs: 1 Seccomp: 0 ", (program "seccomp=unconfined"))
      assert.equal("NoNewPrivs: 1 Seccomp: 2 ", (program "seccomp=builtin"))
      local _, complaint = program "seccomp=/dev/null"
      assert.matches("seccomp: /dev/null is not a regular file", complaint, 1, true)
   end)
end)
