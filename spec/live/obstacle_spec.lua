-- A task in a container whose last one is not quite gone.

local defaults = require "neap.defaults"
local lfs = require "lfs"
local live = require "support.live"
local neap = require "neap"
local shell = require "support.shell"

describe("the next task of a container", function()
   local client, container

   before_each(function()
      client = live.client()
      container = client:create { rootfs = live.rootfs(), args = { "sleep", "1000" } }
   end)
   after_each(function()
      container:delete { force = true }
      client:close()
   end)

   --- It is there, and stays when what was begun for another is over.
   local function assert_lives(task)
      live.default:await_rest()
      local exec, err = task:exec { args = { "echo", "alive" }, stdout = "pipe" }
      if not exec then error(err) end
      assert.equal("alive", exec:read "l")
      exec:wait()
      exec:delete()
      assert.equal("running", task:status())
   end

   --- containerd's own, for the task.
   local function directory_of(task)
      return ("%s/state/io.containerd.runtime.v2.task/%s/%s"):format(
         live.default.dir, live.namespace, task.id)
   end

   --- Where its shim listens.
   local function socket_of(task)
      local file <close> = assert(io.open(directory_of(task) .. "/address"))
      return file:read "a":match "^unix://(/run/containerd/s/%x+)"
   end

   --- Listen there in a shim's stead, until `times` calls came; each is hung up on.
   local function be_a_shim_that_ends(socket, times)
      local script = live.path "shim.lua"
      local file <close> = assert(io.open(script, "w"))
      file:write(([[
         local uv = require "luv"
         local listening, count = uv.new_pipe(), 0
         assert(listening:bind(%q))
         listening:listen(8, function()
            local call = uv.new_pipe()
            listening:accept(call)
            count = count + 1
            if count == %d then
               listening:close()
               os.remove(%q)
            end
            -- The first of two only looks whether somebody listens.
            if count %% 2 == 1 then call:close() return end
            call:read_start(function() call:close() end)
         end)
         print "ready"
         io.stdout:flush()
         uv.run()
      ]]):format(socket, 2 * times, socket))
      file:close()
      local process = shell.start { "lua5.4", script }
      process:await "ready"
      return process
   end

   it("is created once the shim that took the call is gone", function()
      local task = container:start()
      local socket = socket_of(task)
      task:delete { force = true }
      live.wait_until(function() return not lfs.attributes(socket, "mode") end)
      for times = 1, 2 do
         local _shim <close> = be_a_shim_that_ends(socket, times)
         local calls, started, err = live.count(container.start, container, { stdout = "pipe" })
         if not started then error(err) end
         assert.same({ ["Tasks/Create"] = 1 + times, ["Tasks/Get"] = times, ["Tasks/Start"] = 1 },
            calls)
         assert_lives(started)
         started:delete { force = true }
         live.wait_until(function() return not lfs.attributes(socket, "mode") end)
      end
   end)

   it("has its log, whose reader waited meanwhile", function()
      local defaults_of_start = defaults.start
      defaults.start = { tries = 1000, pause = 0.01 }
      local logged = client:create { rootfs = live.rootfs(), args = { "echo", "line" },
         log = "json-file" }
      finally(function()
         defaults.start = defaults_of_start
         logged:delete { force = true }
      end)
      local directory = directory_of(logged)
      assert.is_true(lfs.mkdir(directory))
      local starting
      live.default:await_call("Tasks/Create", function()
         starting = neap.spawn(logged.start, logged)
      end)
      assert.is_true(lfs.rmdir(directory))
      local started, err = starting:join()
      if not started then error(err) end
      assert.is_nil(started:wait().truncated)
      assert.equal("line", assert(logged:logs()):read().line)
   end)

   it("is not created where shims go on to go", function()
      local task = container:start()
      local socket = socket_of(task)
      task:delete { force = true }
      live.wait_until(function() return not lfs.attributes(socket, "mode") end)
      local shim <close> = be_a_shim_that_ends(socket, 100)
      local started, err = container:start()
      assert.is_nil(started)
      assert.same({ "unavailable", nil, "none" }, { err.code, err.left, container.status })
      shim:kill "sigkill"
      os.remove(socket)
   end)

   it("is created once the directory of the last is gone", function()
      local former = defaults.start
      defaults.start = { tries = 1000, pause = 0.01 }
      finally(function() defaults.start = former end)
      local task = container:start()
      local directory = directory_of(task)
      task:delete { force = true }
      assert.is_true(lfs.mkdir(directory))
      local starting
      live.default:await_call("Tasks/Create", function()
         starting = neap.spawn(container.start, container)
      end)
      assert.is_true(lfs.rmdir(directory))
      local started, err = starting:join()
      if not started then error(err) end
      assert_lives(started)
   end)
end)
