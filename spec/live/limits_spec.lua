-- What runs short: descriptors, disks, places for bundles. Each is an error with
-- its name, and nothing is left behind.

local live = require "support.live"
local neap = require "neap"
local shell = require "support.shell"

local function sh(...)
   local command = string.format(...)
   if not os.execute(command) then error("failed: " .. command, 2) end
end

--- A small file system of its own, gone at the end of the test.
local function small_disk(options)
   local path = live.path "disk"
   sh("mkdir %s && mount -t tmpfs -o mode=755,%s small %s", path, options, path)
   finally(function() os.execute("umount -l " .. path) end)
   return path
end

describe("running short", function()
   local client, before

   setup(function() client, before = live.connected() end)
   teardown(function() client:close() end)

   local function config(args)
      return { rootfs = live.rootfs(), args = args or { "echo", "hi" } }
   end

   it("of descriptors says so; what has some goes on", function()
      local script = ([[
         local neap = require "neap"
         local client = neap.connect { address = %q, namespace = %q }
         local items = {}
         for i = 1, 30 do items[i] = i end
         local results, errors = neap.map(items, #items, function(i)
            return client:run { rootfs = %q, args = { "/bin/echo", tostring(i) } }
         end)
         local right, short = 0, 0
         for i in ipairs(items) do
            local result, err = results[i], errors and errors[i]
            if result and result.stdout == i .. "\n" then
               right = right + 1
            elseif err and err.code == "resource_exhausted" and err.errno == "EMFILE"
               and not err.left then
               short = short + 1
            else
               print(i, result and result.stdout, err, err and err.left)
            end
         end
         print(right + short, right > 0, short > 0)
         print(client:run { rootfs = %q, args = { "/bin/echo", "again" } }.stdout)
      ]]):format(live.address, live.namespace, live.rootfs(), live.rootfs())
      local result = shell.run({ "prlimit", "--nofile=64", live.program, "-e", script })
      assert.same({ "30\ttrue\ttrue\nagain\n\n", "" }, { result.stdout, result.stderr })
      assert.same(before, live.leftovers(before))
   end)

   describe("of a place for bundles", function()
      local defaults = require "neap.defaults"
      local kept = defaults.bundle_root

      after_each(function() defaults.bundle_root = kept end)

      --- Run with another bundle root: refused, before anything is sent.
      local function refused(root, code, errno)
         defaults.bundle_root = root
         local calls, result, err = live.count(client.run, client, config())
         assert.same({}, calls)
         assert.is_nil(result)
         assert.same({ code, errno }, { err.code, err.errno }, err.message)
         assert.matches("bundle", err.message)
         assert.matches(root, err.message, 1, true)
         defaults.bundle_root = kept
         assert.same(before, live.leftovers(before))
      end

      it("says what is in the way", function()
         local file = live.path "file"
         io.open(file, "w"):close()
         refused(file, "failed_precondition")
      end)

      it("says that others may write there", function()
         local open = live.path "open"
         sh("mkdir %s && chmod 777 %s", open, open)
         refused(open, "failed_precondition")
      end)

      it("says that it belongs to another", function()
         local theirs = live.path "theirs"
         sh("mkdir %s && chown 65534 %s", theirs, theirs)
         refused(theirs, "failed_precondition")
      end)

      it("says that the disk is full", function()
         refused(small_disk "size=64k,nr_inodes=2" .. "/root", "resource_exhausted", "ENOSPC")
      end)

      it("says that it cannot be written", function()
         refused(small_disk "ro" .. "/root", "failed_precondition", "EROFS")
      end)

      it("says so too when there is room for the directory, but not for the pipes", function()
         -- The root, the engine's, the namespace's and the container's own.
         local root = small_disk "size=64k,nr_inodes=5" .. "/root"
         defaults.bundle_root = root
         local result, err = client:run(config())
         assert.same({ nil, "resource_exhausted", "ENOSPC" }, { result, err.code, err.errno })
         defaults.bundle_root = kept
         assert.same(before, live.leftovers(before))
      end)
   end)

   it("of disk in an engine says so, and runs again once there is some", function()
      local disk = small_disk "size=16m"
      local engine = require "neap.engine"
      local place = { dir = disk .. "/engine", run = live.path "run" }
      local status, err = engine.start(place)
      if not status then error(err) end
      finally(function()
         engine.stop { dir = place.dir, run = place.run, force = true }
         sh("umount -l %s", disk)
      end)
      local full <close> = neap.connect { address = status.address, namespace = live.namespace }
      assert.equal("hi\n", full:run(config()).stdout)

      os.execute(("head -c 16m /dev/zero >%s/fill 2>/dev/null"):format(disk))
      local big = config()
      big.labels = {}
      for i = 1, 30 do big.labels["label-" .. i] = ("x"):rep(4000) end
      local result
      result, err = full:run(big)
      assert.same({ nil, "resource_exhausted" }, { result, err.code }, tostring(err))
      assert.matches("no space left", err.message)
      assert.is_nil(err.left)

      sh("rm %s/fill", disk)
      assert.same({}, full:containers())
      assert.equal("hi\n", full:run(big).stdout)
   end)
end)
