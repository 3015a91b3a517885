local refusal = require "neap.refusal"

describe("neap.refusal", function()
   local WRAPPED <const> = "failed to create shim task: OCI runtime create failed: runc create "
      .. "failed: unable to start container process: "

   it("tells what a shell would, with the cause first", function()
      for cause, status in pairs {
         ['exec: "x": executable file not found in $PATH'] = 127,
         ['exec: "/x": stat /x: no such file or directory'] = 127,
         ['exec: "/x": permission denied'] = 126,
         ['exec: "/x": exec format error'] = 125,
         ['exec: "/x": no such file or directory'] = 125,
         ['error mounting "/a": no such file or directory'] = 125,
         ["open /proc/self/x: permission denied"] = 125,
      } do
         local err = refusal.explain { code = "unknown", message = WRAPPED .. cause }
         assert.equal(status, err.status, cause)
         assert.equal(1, err.message:find(cause, 1, true))
         assert.matches(WRAPPED, err.message, 1, true)
      end
   end)

   it("knows the words of an exec too", function()
      local err = refusal.explain { code = "unknown", message =
         'OCI runtime exec failed: exec failed: unable to start container process: '
         .. 'exec: "/x": stat /x: no such file or directory' }
      assert.equal(127, err.status)
      assert.matches('^exec: "/x"', err.message)
   end)

   it("says what a machine without CAP_SYS_RESOURCE means", function()
      local err = refusal.explain { code = "unknown", message = WRAPPED
         .. "can't get final child's PID from pipe: EOF" }
      assert.equal(125, err.status)
      assert.matches("^perhaps oom_score_adj is lower than this machine allows %(CAP_SYS_RESOURCE%)"
         .. ": can't get final child's PID from pipe: EOF %(failed to create", err.message)
   end)

   it("says which ulimit the machine does not allow", function()
      local err = refusal.explain { code = "unknown", message = WRAPPED
         .. "error setting rlimits for ready process: error setting rlimit type 8: "
         .. "operation not permitted" }
      assert.equal(125, err.status)
      assert.matches("^perhaps ulimits.memlock is higher", err.message)
   end)

   it("says of what a real-time runtime is a part", function()
      local err = refusal.explain { code = "unknown", message = WRAPPED
         .. 'failed to write "1000": write /sys/fs/cgroup/cpu/a/b/cpu.rt_runtime_us: '
         .. "invalid argument" }
      assert.matches("^perhaps cpu_rt_runtime is more than the cgroup has", err.message)
   end)

   it("takes what runc says of its own work for 125", function()
      for message, first in pairs {
         [WRAPPED .. "error during container init: mkdir /bin/true: not a directory"] = "mkdir",
         ["failed to create shim task: runtime \"io.x.y.v1\" binary not installed"] = "failed",
      } do
         local err = refusal.explain { code = "unknown", message = message }
         assert.equal(125, err.status)
         assert.matches("^" .. first, err.message)
      end
   end)

   it("leaves other failures alone", function()
      local err = refusal.explain { code = "not_found", message = "no such container" }
      assert.same({ code = "not_found", message = "no such container" }, err)
   end)
end)
