-- Containers whose root is somebody else on the host.

local live = require "support.live"
local lfs = require "lfs"
local core = require "neap.core"

-- In a chroot, and where an administrator says so, the kernel makes none.
local is_possible = os.execute "unshare --user true 2>/dev/null"

describe("a container in a user namespace", function()
   local UID <const>, GID <const> = 100000, 200000
   local client, rootfs

   setup(function()
      rootfs = live.fresh_rootfs()
      os.execute(("chown -R %d:%d %s && chmod 711 %s"):format(UID, GID, rootfs, live.dir))
   end)
   before_each(function() client = live.client() end)
   after_each(function() live.disconnect(client) end)
   teardown(function()
      os.execute(("find /run/neap.%d.%d -depth -type d -empty -delete 2>&-"):format(UID, GID))
   end)

   local function created(args, runtime_options)
      if not is_possible then pending "the kernel makes no user namespace here" end
      local container, err = client:create { rootfs = rootfs, args = args,
         runtime_options = runtime_options, userns = {
         uid_mappings = { { containerID = 0, hostID = UID, size = 65536 } },
         gid_mappings = { { containerID = 0, hostID = GID, size = 65536 } },
      } }
      return container or error(err)
   end

   it("has pipes that are its root's, in a bundle that it can reach", function()
      local container = created { "sh", "-c",
         "echo $(id -u) $(id -g); read line; echo $line >/proc/self/fd/1; touch /tmp/mine" }
      local bundle = container.labels["neap.bundle"]
      assert.matches(("^/run/neap.%d.%d/"):format(UID, GID):gsub("%.", "%%."), bundle)
      local task, err = container:start { stdin = "pipe", stdout = "pipe" }
      if not task then error(err) end
      local place = ""
      for name in bundle:sub(6):gmatch "[^/]+" do
         place = place .. "/" .. name
         local found = lfs.attributes("/run" .. place)
         assert.same({ UID, GID, "rwx------" }, { found.uid, found.gid, found.permissions }, place)
      end
      local info = core.process_info(task)
      for _, name in ipairs { "stdin", "stdout" } do
         local found = lfs.attributes(info[name])
         assert.same({ "named pipe", UID, GID }, { found.mode, found.uid, found.gid })
      end

      assert.equal("0 0", task:read "l")
      task:write "reopened\n" -- which only the pipe's owner may do
      assert.equal("reopened", task:read "l")
      assert.equal(0, task:wait().code)
      assert.equal(UID, lfs.attributes(rootfs .. "/tmp/mine", "uid"))
      assert.is_true(container:delete { force = true })
      assert.is_nil(lfs.attributes(bundle, "mode"))
   end)

   -- A task's options replace the record's: what these said must be in the copy.
   it("is started by another client with the runtime options of who made it", function()
      local runtime, called = live.path "runtime", live.path "called"
      local file <close> = assert(io.open(runtime, "w"))
      file:write(("#!/bin/sh\necho called >>%s\nexec runc \"$@\"\n"):format(called))
      file:close()
      assert(os.execute("chmod 755 " .. runtime))
      local command = { "sh", "-c", "read line; echo $line >/proc/self/fd/1" }
      local id = created(command, { binary_name = runtime }).id
      client:close()
      assert.is_nil(lfs.attributes(called, "mode"))

      client = live.client()
      local task, err = client:load(id):start { stdin = "pipe", stdout = "pipe" }
      if not task then error(err) end
      assert.equal("file", lfs.attributes(called, "mode"))
      task:write "reopened\n" -- so the pipes are its root's
      assert.equal("reopened", task:read "l")
      assert.equal(0, task:wait { timeout = 10 }.code)
   end)

   it("runs execs, and is taken over by another client", function()
      local container = created { "cat" }
      local task = container:start { stdin = "pipe", stdout = "pipe" }
      local process = task:exec { args = { "cat", "/proc/self/uid_map" }, stdout = "pipe" }
      assert.matches(("0 +%d +65536"):format(UID), process:read "l")
      process:wait()
      process:delete()
      client:close()

      client = live.client()
      local again = client:restore { io = { stdin = "pipe", stdout = "pipe" } }[1]
      again:task():write "hello\n"
      assert.equal("hello", again:task():read "l")
      again:task():close_stdin()
      assert.equal(0, again:task():wait { timeout = 10 }.code)
   end)
end)
