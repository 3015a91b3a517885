-- client:run on a real containerd: what comes out, what it costs, what is left.

local live = require "support.live"
local neap = require "neap"

local FIVE <const> = {
   ["Containers/Create"] = 1, ["Tasks/Create"] = 1, ["Tasks/Start"] = 1,
   ["Tasks/Delete"] = 1, ["Containers/Delete"] = 1,
}

describe("client:run", function()
   local client, before

   setup(function() client, before = live.connected() end)
   teardown(function() client:close() end)

   local config = live.config

   local function run(args, changes)
      local result, err = client:run(config(args, changes))
      if not result then error(err) end
      return result
   end

   local function shell(script, changes)
      return run({ "/bin/sh", "-c", script }, changes)
   end

   it("answers status and both outputs, in 5 RPCs, and leaves nothing", function()
      local calls, result = live.count(shell, "echo out; echo err >&2; exit 3", { id = "five" })
      assert.same(FIVE, calls)
      assert.same({ 3, "out\n", "err\n", "five" },
         { result.code, result.stdout, result.stderr, result.id })
      assert.is_nil(result.signal)
      assert.is_nil(result.truncated)
      assert.is_true(result.duration > 0)
      assert.is_true(math.abs(os.time() - result.time) < 60)
      assert.same(before, live.leftovers(before))
   end)

   it("answers what ended it", function()
      local result = shell "sh -c 'kill -KILL $$'; exit $?"
      assert.same({ 137, 9 }, { result.code, result.signal })
      result = shell "exit 200"
      assert.same({ 200, nil }, { result.code, result.signal })
   end)

   it("runs what it is told, as it is told", function()
      local script = "id -u; id -g; id -G; pwd; hostname; echo $A-$B; echo $0; ls /sys/class/net"
      local result = shell(script, {
         user = "1000:100", cwd = "/tmp", hostname = "box", env = { A = "1", B = "two words" },
         network = "none",
      })
      assert.equal("1000\n100\n100\n/tmp\nbox\n1-two words\n/bin/sh\nlo\n", result.stdout)
   end)

   it("adds to the environment, the last winning", function()
      local result = run({ "env" }, { env = { "A=1", "PATH=/bin", "A=2" } })
      local lines = {}
      for line in result.stdout:gmatch "[^\n]+" do lines[#lines + 1] = line end
      table.sort(lines)
      assert.same({ "A=2", "HOME=/root", "PATH=/bin" }, lines)
   end)

   it("mounts what it is told, and keeps a root read-only", function()
      local dir = live.path "mount"
      assert(os.execute("mkdir " .. dir .. " && echo here >" .. dir .. "/file"))
      local result = shell(
         "cat /a/file; echo more >/b/more; touch /a/x || touch /c || echo refused", {
            readonly = true, rootfs = live.fresh_rootfs(),
            mounts = {
               dir .. ":/a:ro",
               { destination = "/b", source = dir, type = "bind", options = { "rbind" } },
            },
         })
      assert.equal("here\nrefused\n", result.stdout)
      assert.matches("touch: /a/x: Read%-only.*touch: /c: Read%-only", result.stderr)
      assert.equal("more\n", io.open(dir .. "/more"):read "a")
   end)

   it("shares the host's network when told to", function()
      local ours = io.popen "readlink /proc/self/ns/net; cat /etc/hosts":read "a"
      local result = shell("readlink /proc/self/ns/net; cat /etc/hosts", {
         network = "host", rootfs = live.fresh_rootfs(),
      })
      assert.equal(ours, result.stdout)
      assert.not_equal(ours, shell("readlink /proc/self/ns/net", { network = "none" }).stdout)
   end)

   it("takes a function that edits the spec, or returns one", function()
      local seen
      local result = shell("hostname; nproc --all >/dev/null; echo $EDITED", {
         spec = function(spec)
            seen = spec.root.path
            spec.hostname = "edited"
            table.insert(spec.process.env, "EDITED=yes")
         end,
      })
      assert.equal("edited\nyes\n", result.stdout)
      assert.equal(live.rootfs(), seen)

      result = shell("echo never", {
         spec = function(spec)
            spec.process.args = { "echo", "returned" }
            return spec
         end,
      })
      assert.equal("returned\n", result.stdout)
   end)

   it("takes a whole spec", function()
      local whole
      run({ "true" }, { spec = function(spec) whole = spec end })
      whole.process.args = { "echo", "whole" }
      whole.linux.cgroupsPath = nil
      local result, err = client:run { spec = whole }
      if not result then error(err) end
      assert.equal("whole\n", result.stdout)
   end)

   it("raises what the spec function raises, and leaves nothing", function()
      local ok, err = pcall(run, { "true" }, { spec = function() error("mine", 0) end })
      assert.same({ false, "mine" }, { ok, err })
      assert.same(before, live.leftovers(before))
   end)

   it("kills what takes too long, and answers what there was", function()
      local result, err = client:run(config({ "/bin/sh", "-c", "echo begun; sleep 1000" },
         { timeout = 1 }))
      assert.is_nil(result)
      assert.equal("deadline_exceeded", err.code)
      assert.is_nil(err.left)
      assert.same({ 137, 9, "begun\n", "" },
         { err.result.code, err.result.signal, err.result.stdout, err.result.stderr })
      assert.same(before, live.leftovers(before))
   end)

   it("says 127 for no such command, 126 for one that cannot be executed", function()
      local root = live.fresh_rootfs()
      assert(os.execute(("echo text >%s/bin/text && mkdir %s/bin/dir"):format(root, root)))
      for command, status in pairs {
         nosuch = 127, ["/bin/nosuch"] = 127, ["/bin/text"] = 126, text = 127, ["/tmp"] = 126,
         ["/bin/dir"] = 126,
      } do
         local result, err = client:run(config({ command }, { rootfs = root }))
         assert.is_nil(result)
         assert.same({ command, status }, { command, err.status }, err.message)
         assert.matches(command, err.message, 1, true)
      end
      assert.same(before, live.leftovers(before))
   end)

   describe("cancelled", function()
      --- Run in a fiber that is cancelled when containerd tells of `topic`.
      local function cancel_on(topic, args)
         local fiber
         local subscription = client:on(topic, function() fiber:cancel() end)
         fiber = neap.spawn(function() return client:run(config(args)) end)
         local result, err = fiber:join()
         subscription:close()
         return result, err
      end

      for _, topic in ipairs {
         "/containers/create", "create", "start", "exit", "delete", "/containers/delete",
      } do
         it("on " .. topic .. " leaves nothing", function()
            local kept = live.leftovers()
            local args = topic == "start" and { "sleep", "1000" } or { "true" }
            local result, err = cancel_on(topic, args)
            assert.is_true(result == nil and err.code == "cancelled" or result.code == 0)
            assert.same(kept, live.leftovers(kept))
         end)
      end

      it("before it has begun, or by its own spec function, leaves nothing", function()
         local first = neap.spawn(function() return client:run(config { "true" }) end)
         first:cancel()
         local second
         second = neap.spawn(function()
            return client:run(config({ "true" }, { spec = function() second:cancel() end }))
         end)
         for _, fiber in ipairs { first, second } do
            local result, err = fiber:join()
            assert.same({ nil, "cancelled" }, { result, err.code })
         end
         assert.same(before, live.leftovers(before))
      end)

      it("while it waits leaves nothing, and ends at once", function()
         local fiber
         local _, err = neap.all {
            run = function()
               fiber = neap.spawn(function()
                  return client:run(config({ "/bin/sh", "-c", "echo up; sleep 1000" }, {
                     stdout = function(bytes) if bytes then fiber:cancel() end end,
                  }))
               end)
               return fiber:join()
            end,
         }
         assert.equal("cancelled", err.code)
         assert.same(before, live.leftovers(before))
      end)

      it("by its timeout in every stage leaves nothing", function()
         for _, seconds in ipairs { 0.001, 0.02, 0.04, 0.06 } do
            local result, err = neap.timeout(seconds, function()
               return client:run(config { "sleep", "1000" })
            end)
            assert.same({ nil, "deadline_exceeded" }, { result, err.code })
         end
         assert.same(before, live.leftovers(before))
      end)
   end)
end)
