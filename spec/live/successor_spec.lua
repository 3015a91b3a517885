-- Loggers that are killed, and those that go on for them.

local live = require "support.live"
local logged = require "support.logged"
local neap = require "neap"
local uv = require "luv"

local create, counting, check = logged.create, logged.counting, logged.check

--- A neap-log of which the first `count` die before they answer, until the end of the
--- test.
local function dying(count)
   local directory, real = live.path "libexec", uv.cwd() .. "/build/neap-log"
   assert(uv.fs_mkdir(directory, 448))
   local file <close> = assert(io.open(directory .. "/neap-log", "w"))
   assert(file:write(([[#!/bin/sh
      cd %s
      n=$(ls | wc -l)
      [ $n -gt %d ] || { : >$n; kill -KILL $$; }
      exec %s "$@"]]):format(directory, count, real)))
   assert(uv.fs_chmod(directory .. "/neap-log", 448))
   uv.os_setenv("NEAP_LIBEXEC", directory)
   finally(function() uv.os_unsetenv "NEAP_LIBEXEC" end)
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

   it("is no hindrance to the wait, which completes its log", function()
      local container = counting(100, 0)
      local task = assert(container:start())
      live.wait_until(function() return task:status() == "stopped" or logged.kill(container) end)

      assert.is_nil(assert(task:wait()).truncated)
      check(assert(container:logs()), 100)
   end)
end)
