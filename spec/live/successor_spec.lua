-- Loggers that are killed, and those that go on for them.

local commands = require "support.commands"
local core = require "neap.core"
local defaults = require "neap.defaults"
local fs = core.fs
local live = require "support.live"
local logged = require "support.logged"
local neap = require "neap"
local uv = require "luv"

local create, counting, check = logged.create, logged.counting, logged.check

--- A neap-log that is this script, in a directory where it may count, until the end of
--- the test. It is given `timeout` to begin.
local function scripted(script, timeout)
   local directory, usual = live.path "libexec", defaults.logger_timeout
   defaults.logger_timeout = timeout or usual
   assert(uv.fs_mkdir(directory, 448))
   local file <close> = assert(io.open(directory .. "/neap-log", "w"))
   assert(file:write(("#!/bin/sh\ncd %s\n%s"):format(directory, script)))
   assert(uv.fs_chmod(directory .. "/neap-log", 448))
   uv.os_setenv("NEAP_LIBEXEC", directory)
   finally(function()
      uv.os_unsetenv "NEAP_LIBEXEC"
      defaults.logger_timeout = usual
      assert(os.execute("rm -r " .. directory))
   end)
   return directory
end

--- One of which the first `count` die before they answer.
local function dying(count)
   scripted(([[
      n=$(ls | wc -l)
      [ $n -gt %d ] || { : >$n; kill -KILL $$; }
      exec %s/build/neap-log "$@"]]):format(count, uv.cwd()))
end

--- Kill a container's logger, and what would start another.
local function kill_all(container)
   local pid = require "neap.logs.logger".pid(container.labels["neap.bundle"])
   assert(os.execute(("kill -KILL $(pgrep -s %d)"):format(pid)))
   live.wait_until(function() return not fs.is_read(logged.reader(container)) end)
end

local function sleeping()
   local container = create { "sh", "-c", "echo a; exec sleep 1000" }
   assert(container:start())
   live.wait_until(function() return assert(container:logs()):read() end)
   kill_all(container)
   return container
end

describe("a logger that is killed", function()
   setup(logged.begin)
   teardown(logged.finish)
   after_each(logged.remove)

   it("loses nothing, again and again", function()
      local container = counting(4000, 0.05, { log = { max_size = "50k", max_file = 100 } })
      local task = assert(container:start())
      local killed, over = 0, false
      local killer = neap.spawn(function()
         while not over do
            neap.sleep(0.003 + killed % 7 / 100)
            if logged.kill(container) then killed = killed + 1 end
         end
      end)
      finally(function() over = true end)

      check(assert(container:logs { follow = true }), 4000)
      over = true
      assert(killer:join())
      assert.equal(0, assert(task:wait()).code)
      check(assert(container:logs()), 4000)
      assert.is_true(killed > 1, killed .. " were killed")
   end)

   it("has a successor, even where that is killed before it answers", function()
      local container = counting(1000, 0.05)
      assert(container:start())
      live.wait_until(function() return logged.kill(container) end)
      dying(3)

      check(assert(container:logs { follow = true }), 1000)
   end)

   it("has a successor for who is attached, killed or not", function()
      local parts = {}
      local container = create { "sh", "-c", "echo a; sleep 1; echo b; sleep 1; echo c" }
      local task = assert(container:start {
         stdout = { "log", function(bytes) parts[#parts + 1] = bytes end },
      })
      live.wait_until(function() return parts[1] end)
      dying(3)
      assert(logged.kill(container))

      assert.is_nil(assert(task:wait()).truncated)
      assert.equal("a\nb\nc\n", table.concat(parts))
   end)

   it("loses nothing of what a consumer beside the log gets, slow or not", function()
      local expected = {}
      for i = 1, 300000 do expected[i] = i .. "\n" end
      for _, seconds in ipairs { 0, 0.005 } do
         local parts, killed, over = {}, 0, false
         local container = create { "sh", "-c",
            "for i in 1 2 3 4 5 6; do seq $((i*50000-49999)) $((i*50000)); sleep 0.1; done" }
         local task = assert(container:start {
            drain = 20,
            stdout = { "log", function(bytes)
               parts[#parts + 1] = bytes or ""
               neap.sleep(seconds)
            end },
         })
         local killer = neap.spawn(function()
            while not over do
               neap.sleep(0.05 + killed % 7 / 50)
               if not over and logged.kill(container) then killed = killed + 1 end
            end
         end)

         local exit = assert(task:wait())
         over = true
         assert(killer:join())
         assert.is_true(killed > 1)
         assert.is_nil(exit.truncated)
         assert.is_true(table.concat(parts) == table.concat(expected))
      end
   end)

   it("is no hindrance to the wait, which completes its log", function()
      local container = counting(100, 0)
      local task = assert(container:start())
      live.wait_until(function() return task:status() == "stopped" or logged.kill(container) end)

      assert.is_nil(assert(task:wait()).truncated)
      check(assert(container:logs()), 100)
   end)

   it("has a successor as soon as somebody looks, for no call more", function()
      local container = sleeping()
      local client <close> = live.client()
      for name, look in pairs {
         load = function() return client:load(container.id) end,
         ensure = function()
            return client:ensure { id = container.id, rootfs = live.rootfs(), args = { "x" } }
         end,
         containers = function() return client:containers() end,
         restore = function() return client:restore() end,
      } do
         local calls, found = live.count(look)
         assert.is_truthy(found)
         assert.is_true(fs.is_read(logged.reader(container)), name)
         local expected = (name == "load" or name == "ensure") and { ["Containers/Get"] = 1 }
            or { ["Containers/ListStream"] = 1, ["Tasks/List"] = name == "restore" and 1 or nil }
         calls["Events/Subscribe"] = nil
         assert.same(expected, calls, name)
         kill_all(container)
      end
   end)

   it("has a successor for commands", function()
      local container = sleeping()
      for _, line in ipairs { { "ps" }, { "logs", container.id },
         { "exec", container.id, "true" } } do
         assert.equal(0, commands.neap(table.unpack(line)).code)
         assert.is_true(fs.is_read(logged.reader(container)), line[1])
         kill_all(container)
      end
   end)

   it("is looked after once by each look where its successor hangs, which leaves none", function()
      local containers = { sleeping(), sleeping(), sleeping() }
      local directory = scripted(": >$$; exec sleep 1000", 0.5)
      local client <close> = live.client()

      for name, look in pairs {
         containers = function() return client:containers() end,
         restore = function() return client:restore() end,
         load = function() return client:load(containers[1].id) end,
      } do
         assert.is_truthy(look(), name)
      end
      local pids = 0
      for _, pid in ipairs(fs.list(directory)) do
         if tonumber(pid) then
            pids = pids + 1
            live.wait_until(function() return not io.open("/proc/" .. pid .. "/exe") end)
         end
      end
      assert.equal(7, pids) -- each of a look is started once
   end)

   it("has one that sees the end, though the writers had left before it began", function()
      local hold, release = live.hold()
      local container = create { "sh", "-c", "echo a; " .. hold .. "; exit 4" }
      local task = assert(container:start())
      live.wait_until(function() return assert(container:logs()):read() end)
      kill_all(container)
      release()
      live.wait_until(function() return task:status() == "stopped" end)
      local client <close> = live.client()
      local found = assert(client:load(container.id))
      assert.is_true(fs.is_read(logged.reader(container)))

      local exit = assert(assert(found:task()):wait())
      assert.same({ 4, nil }, { exit.code, exit.truncated })
      assert.is_nil(fs.lstat(logged.reader(container)))
   end)
end)
