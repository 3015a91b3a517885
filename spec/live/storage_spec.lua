-- What a container sees mounted, by what it can do there itself; and that nothing
-- is mounted on the host, whatever links the rootfs holds.

local live = require "support.live"
local shell = require "support.shell"

local function sh(script)
   local result = shell.run { "sh", "-ec", script }
   if result.code ~= 0 then error(result.stderr, 2) end
   return result.stdout
end

local function host_mounts()
   local file <close> = assert(io.open "/proc/self/mountinfo")
   return file:read "a"
end

--- A program in which what follows a "name:" is what it printed.
local function sections(text)
   local found, name = {}, nil
   for line in text:gmatch "[^\n]+" do
      local begun = line:match "^== (%S+)$"
      if begun then
         name, found[begun] = begun, ""
      elseif name then
         found[name] = found[name] .. line .. "\n"
      end
   end
   return found
end

describe("mounts", function()
   local client, rootfs, dir, before

   setup(function()
      client, rootfs, dir = live.client(), live.fresh_rootfs(), live.path "mounts"
      before = host_mounts()
      sh("mkdir -p " .. dir .. "/plain/deep " .. dir .. "/tree/sub " .. dir .. "/shared/sub")
      sh("cd " .. dir .. " && echo one >plain/file && echo shallow >tree/sub/which")
      sh("cd " .. rootfs .. " && ln -s /../../etc/out out && ln -s ../../../../run2 up"
         .. " && ln -s " .. dir .. "/plain absolute && mkdir old && chmod 751 old")
      sh("mount -t tmpfs nested " .. dir .. "/tree/sub && echo deep >" .. dir .. "/tree/sub/which")
      sh("mount -t tmpfs shared " .. dir .. "/shared && mount --make-shared " .. dir .. "/shared"
         .. " && mkdir " .. dir .. "/shared/sub")
   end)
   teardown(function()
      sh("umount -R " .. dir .. "/shared " .. dir .. "/tree/sub")
      assert.equal(before, host_mounts())
      client:close()
   end)

   local function run(fields)
      fields.rootfs = rootfs
      fields.args = { "sh", "-c", fields.script }
      fields.script = nil
      local result, err = client:run(fields)
      if not result then error(err, 2) end
      return result.stdout .. result.stderr
   end

   it("are what was asked for, looked at from inside", function()
      local found = sections(run {
         mounts = {
            { type = "tmpfs", target = "/rw/over", size = "1m", mode = "1770", readonly = false },
            dir .. "/plain:/rw", dir .. "/plain/file:/x/../ro/file:ro",
            dir .. "/tree:/whole", dir .. "/tree:/flat:bind",
            { type = "cgroup", target = "/sys/fs/cgroup" },
         },
         tmpfs = { "/fast:size=64k,exec", "/old" },
         script = [[
            echo == rw; cat /rw/file; echo two >/rw/new; cat /rw/new
            echo == ro; cat /ro/file; (echo x >/ro/file) 2>&1
            echo == tmpfs; stat -c %a /rw/over
            head -c 2000000 /dev/zero >/rw/over/f; wc -c </rw/over/f
            echo == flags; grep -E ' /(fast|old|rw/over) ' /proc/mounts
            echo == exec; cp /bin/busybox /fast/true 2>&1 || echo full
            echo == old; stat -c %a /old
            echo == depth; cat /whole/sub/which /flat/sub/which
            echo == cgroup; (mkdir /sys/fs/cgroup/pids/x || mkdir /sys/fs/cgroup/x) 2>&1
         ]],
      })
      assert.equal("one\ntwo\n", found.rw)
      assert.matches("^one\n.*Read%-only file system\n$", found.ro)
      assert.matches("^1770\n", found.tmpfs)
      assert.matches("\n1048576\n$", found.tmpfs)
      assert.matches("tmpfs /fast tmpfs rw,nosuid,nodev,relatime,size=64k 0 0", found.flags)
      assert.matches("tmpfs /old tmpfs rw,nosuid,nodev,noexec,relatime 0 0", found.flags)
      assert.matches("tmpfs /rw/over tmpfs rw,nosuid,nodev,noexec,.*size=1024k", found.flags)
      assert.matches("full\n$", found.exec)
      assert.equal("751\n", found.old) -- runc keeps what was there
      assert.equal("deep\nshallow\n", found.depth)
      assert.matches("Read%-only file system", found.cgroup)
      assert.equal("two\n", sh("cat " .. dir .. "/plain/new"))
   end)

   it("follow the rootfs's links below the rootfs, never out of it", function()
      local text = run {
         mounts = {
            dir .. "/plain:/out", { type = "tmpfs", target = "/up/t" }, dir .. "/plain:/absolute",
         },
         script = "grep -oE ' /(etc/out|run2/t|tmp[^ ]*/plain|out|up|absolute) ' /proc/mounts; "
            .. "cat /etc/out/file",
      }
      assert.matches(" /etc/out ", text, 1, true)
      assert.matches(" /run2/t ", text, 1, true)
      assert.matches(" " .. dir .. "/plain ", text, 1, true)
      assert.matches("one\n$", text)
      assert.equal("", sh "ls -d /etc/out /run2 2>/dev/null || true")
      assert.is_nil(host_mounts():find("/run2", 1, true))
   end)

   it("propagate as far as they are to", function()
      local function given(propagation)
         return { type = "bind", source = dir .. "/shared", target = "/" .. propagation,
            propagation = propagation }
      end
      local container <const> = assert(client:create {
         rootfs = rootfs, args = { "sleep", "1000" }, cap_add = { "SYS_ADMIN" },
         mounts = { given "rslave", given "rprivate", given "rshared" },
      })
      finally(function() container:delete { force = true } end)
      local task = assert(container:start())
      local function inside(script)
         local process = assert(task:exec { args = { "sh", "-c", script }, stdout = "pipe" })
         local text = process:read "a"
         process:wait()
         process:delete()
         return text
      end

      sh("mount -t tmpfs later " .. dir .. "/shared/sub && touch " .. dir .. "/shared/sub/later")
      assert.equal("/rshared/sub/later\n/rslave/sub/later\n", inside "ls /r*/sub/later 2>/dev/null")

      assert.equal("", inside("mkdir /rshared/own; "
         .. "mount -t tmpfs own /rshared/own && touch /rshared/own/inside"))
      assert.equal("inside\n", sh("ls " .. dir .. "/shared/own"))
      assert.equal("", inside("umount /rshared/own; mount -t tmpfs own /rslave/own "
         .. "&& touch /rslave/own/inside"))
      assert.equal("", sh("ls " .. dir .. "/shared/own"))
   end)

   it("do not propagate from a source that is not shared", function()
      local made, err = client:create {
         rootfs = rootfs, args = { "true" },
         mounts = { dir .. "/tree/sub:/data:rslave" },
      }
      assert.is_nil(made)
      assert.equal("invalid_argument", err.code)
      assert.matches("which is no shared or slave mount", err.message)
   end)

   it("are docker's options of neap run", function()
      local result = shell.run {
         live.program, "--address", live.address, "--namespace", live.namespace, "run",
         "--rootfs", rootfs, "--mount", "type=bind,src=" .. dir .. "/plain,dst=/m,ro",
         "--mount", "type=tmpfs,target=/t,tmpfs-size=8k,tmpfs-mode=700",
         "--tmpfs", "/fast:size=4k", "-v", dir .. "/plain/file:/v:ro",
         "sh", "-c", "cat /v /m/file; stat -c %a /t; touch /m/x; "
            .. "grep -oE ' /(t|fast) .*' /proc/mounts",
      }
      assert.equal("one\none\n700\n /t tmpfs rw,nosuid,nodev,noexec,relatime,size=8k,mode=700 0 0\n"
         .. " /fast tmpfs rw,nosuid,nodev,noexec,relatime,size=4k 0 0\n", result.stdout)
      assert.matches("Read%-only file system", result.stderr)

      result = shell.run {
         live.program, "--address", live.address, "run", "--rootfs", rootfs,
         "--mount", "type=tmpfs,target=/proc/self", "true",
      }
      assert.equal(125, result.code)
      assert.matches('destination "/proc/self" is inside /proc', result.stderr)
   end)
end)
