-- An init as process 1: what nobody waits for is reaped, signals arrive.

local lfs = require "lfs"
local live = require "support.live"
local shell = require "support.shell"

describe("a container with an init", function()
   local client

   setup(function() client = live.client() end)
   after_each(function()
      for _, container in ipairs(client:containers()) do container:delete { force = true } end
   end)
   teardown(function() client:close() end)

   local function create(fields)
      fields.rootfs = fields.rootfs or live.rootfs()
      local container, err = client:create(fields)
      return container or error(err)
   end

   local function run(args, fields)
      fields.rootfs, fields.args = fields.rootfs or live.rootfs(), args
      local result, err = client:run(fields)
      return result or error(err)
   end

   local FIRST <const> = { "sh", "-c", "tr '\\0' ' ' </proc/1/cmdline; grep /dev/init \z
      /proc/self/mountinfo | grep -c ' ro,'; exit 7" }

   it("has it as process 1, read-only, and its command's exit", function()
      local result = run(FIRST, { init = true })
      assert.matches("^/dev/init %-%- sh %-c", result.stdout)
      assert.matches("\n?1\n$", result.stdout)
      assert.equal(7, result.code)
      assert.equal(127, run({ "/no/such" }, { init = true }).code)
      assert.equal(137, run({ "sh", "-c", "kill -9 $$" }, { init = true }).code)
   end)

   it("has it whoever it is, with nothing left in the root directory", function()
      local rootfs, own = live.fresh_rootfs(), live.path "init"
      assert(os.execute("cp /usr/bin/tini-static " .. own))
      local result = run({ "sh", "-c", "id -u; tr '\\0' ' ' </proc/1/cmdline" }, {
         rootfs = rootfs, init = own, user = "1000:1000", readonly = true, cap_drop = { "ALL" },
      })
      assert.matches("^1000\n/dev/init %-%- sh", result.stdout)
      assert.is_nil(lfs.attributes(rootfs .. "/dev/init"))
      assert.is_nil(lfs.attributes(rootfs .. "/sbin/docker-init"))
   end)

   --- An orphan whose parent has gone; what becomes of it when it has ended.
   local ORPHAN <const> = [[
      sh -c 'sleep 0.05 & echo $! >/tmp/orphan'
      read pid </tmp/orphan
      while [ -e /proc/$pid ]; do
         grep -q '^State:.Z' /proc/$pid/status 2>/dev/null && [ "$PATIENT" = no ] && exit 3
         sleep 0.01
      done
      exit 4]]

   it("has its orphans reaped, which are zombies without", function()
      for init, expected in pairs { [true] = { "yes", 4 }, [false] = { "no", 3 } } do
         local task = create({ args = { "sleep", "1000" }, init = init }):start()
         local process, err = task:exec {
            args = { "sh", "-c", ORPHAN }, env = { "PATIENT=" .. expected[1] },
         }
         if not process then error(err) end
         assert.equal(expected[2], process:wait { timeout = 30 }.code)
      end
   end)

   it("is told signals, which a first process ignores by default", function()
      -- It takes them once it has started its command, and is a first process before.
      local task = create({ init = true, args = { "sh", "-c", "echo ready; exec sleep 1000" } })
         :start { stdout = "pipe" }
      assert.equal("ready", task:read "l")
      assert.equal(143, task:stop({ timeout = 60 }).code)

      task = create({ init = true, stop_signal = "USR1", args = { "sh", "-c",
         "trap 'exit 43' USR1; echo ready; while :; do sleep 0.02; done" } })
         :start { stdout = "pipe" }
      assert.equal("ready", task:read "l")
      assert.equal(43, task:stop({ timeout = 60 }).code)
   end)

   it("is what docker's words say", function()
      local result = shell.run { live.program, "--address", live.address, "--namespace",
         live.namespace, "run", "--init", "--stop-timeout", "3", "--rootfs", live.rootfs(),
         table.unpack(FIRST) }
      assert.matches("^/dev/init %-%- sh", result.stdout)
      assert.equal(7, result.code)
      result = shell.run { live.program, "--address", live.address, "--namespace",
         live.namespace, "run", "--init-binary", "/no/such", "--rootfs", live.rootfs(), "true" }
      assert.equal(125, result.code)
      assert.matches('init: "/no/such" does not exist', result.stderr, 1, true)
   end)
end)
