-- Devices of the host, as they are from inside.

local commands = require "support.commands"
local core = require "neap.core"
local live = require "support.live"

local function sh(...)
   local command = string.format(...)
   if not os.execute(command) then error("failed: " .. command, 2) end
end

--- A device that no container may open unless it is given it.
local function find_device()
   for _, path in ipairs { "/dev/fuse", "/dev/net/tun", "/dev/loop-control", "/dev/kmsg" } do
      local found = core.fs.stat(path)
      if found and found.device then return path, found end
   end
end
local HOST <const>, FOUND <const> = find_device()
local NUMBERS <const> = FOUND and ("c %d %d"):format(FOUND.major, FOUND.minor)

describe("a container", function()
   local client

   setup(function() client = live.client() end)
   before_each(function()
      if not HOST then pending "no device here that is not harmless" end
   end)
   teardown(function() client:close() end)

   local function run(script, config)
      config = config or {}
      config.rootfs = config.rootfs or live.rootfs()
      config.args = { "sh", "-c", "exec 2>&1\n" .. script:gsub("NUMBERS", NUMBERS) }
      local result, err = client:run(config)
      if not result then error(err) end
      return result.stdout
   end

   it("has no device that it was not given", function()
      -- The runtime lets every container make nodes; to open them is something else.
      assert.equal("sh: can't open /tmp/own: Operation not permitted\n",
         run "mknod /tmp/own NUMBERS; (: </tmp/own); rm /tmp/own")
   end)

   it("opens one that it was given, as it was given, by the name it was given", function()
      local output = run([[
         ls -l /dev/given | awk '{ print $1, $5, $6 }'
         (: </dev/given) && echo read
         (: >/dev/given)
         echo x >/dev/brim
      ]], { devices = { HOST .. ":/dev/given:r", { host = "/dev/full", path = "/dev/brim" } } })

      local rest = "read\nsh: can't create /dev/given: Operation not permitted\n"
         .. "sh: write error: No space left on device\n"
      local node, after = output:match "^(.-)\n(.*)$"
      assert.equal(("%d, %d"):format(FOUND.major, FOUND.minor), node:match "^c[rwx-]+ (.*)$")
      assert.equal(rest, after)
   end)

   it("may make and open what a rule allows", function()
      local output = run([[
         mknod /tmp/own NUMBERS && (: </tmp/own) && echo read
         (: >/tmp/own)
         rm /tmp/own
      ]], { device_cgroup_rules = { ("c %d:* r"):format(FOUND.major) } })

      assert.equal("read\nsh: can't create /tmp/own: Operation not permitted\n", output)
   end)

   it("gets every device of a directory", function()
      local dir = live.path "nodes"
      sh("mkdir -p %s/sub && mknod -m 640 %s/a c 1 3 && mknod %s/sub/b c 1 5 && touch %s/file",
         dir, dir, dir, dir)
      local output = run("cd /dev/many; find . ! -type d | sort; ls -l a | cut -c 1-10; "
         .. "head -c 3 sub/b | wc -c", { devices = { dir .. ":/dev/many" } })

      assert.equal("./a\n./sub/b\ncrw-r-----\n3\n", output)
   end)

   it("in a user namespace has one by another name", function()
      if not os.execute "unshare --user true 2>/dev/null" then
         pending "the kernel makes no user namespace here"
      end
      local rootfs = live.fresh_rootfs()
      sh("chown -R 100000:100000 %s && chmod 711 %s", rootfs, live.dir)
      finally(function()
         os.execute "find /run/neap.100000.100000 -depth -type d -empty -delete 2>&-"
      end)
      local ids = { { containerID = 0, hostID = 100000, size = 65536 } }
      local output = run("head -c 3 /dev/nought | wc -c; head -c 2 /dev/zero | wc -c", {
         rootfs = rootfs, devices = { "/dev/zero:/dev/nought", "/dev/zero" },
         userns = { uid_mappings = ids, gid_mappings = ids },
      })

      assert.equal("3\n2\n", output)
   end)

   it("of the program's is given devices too", function()
      local result = commands.neap("run", "--rootfs", live.rootfs(), "--device",
         HOST .. ":/dev/given", "--device-cgroup-rule", "c 1:7 rwm", "sh", "-c",
         "(: </dev/given) && (: >/dev/given) && mknod /tmp/brim c 1 7 && echo x >/tmp/brim; "
         .. "rm /tmp/brim; echo $?")

      assert.same({ "0\n", "sh: write error: No space left on device\n", 0 },
         { result.stdout, result.stderr, result.code })
   end)

   it("is not made with one that is none", function()
      local result = commands.neap("run", "--rootfs", live.rootfs(), "--device", "/etc/passwd",
         "true")

      assert.equal(125, result.code)
      assert.matches('--device[1]: "/etc/passwd" is a file, not a device', result.stderr, 1, true)
   end)
end)

describe("a CDI device", function()
   local defaults = require "neap.defaults"
   local json = require "neap.json"
   local kept = defaults.cdi_dirs
   local client

   setup(function() client = live.client() end)
   teardown(function() client:close() end)
   after_each(function() defaults.cdi_dirs = kept end)

   --- Write a file of a vendor's to a directory of its own, the only one looked at.
   local function write(name, text)
      local dir = live.path "cdi"
      sh("mkdir %s", dir)
      local file <close> = assert(io.open(dir .. "/" .. name, "w"))
      file:write(text)
      defaults.cdi_dirs = { dir }
   end

   it("is the node, the variable, the mount and the hook that its file says", function()
      local hooked = live.path "hooked"
      write("vendor.json", json.encode {
         cdiVersion = "0.6.0", kind = "vendor.com/thing",
         containerEdits = { env = { "THING=any" }, mounts = {
            { hostPath = "/etc/hosts", containerPath = "/opt/thing/hosts",
               options = { "ro", "rbind" } },
         } },
         devices = {
            { name = "brim", containerEdits = {
               deviceNodes = { { path = "/dev/brim", hostPath = "/dev/full", fileMode = 438 } },
               hooks = { { hookName = "createRuntime", path = "/bin/sh",
                  args = { "sh", "-c", "echo $A >" .. hooked }, env = { "A=hooked" } } },
            } },
            { name = "0", containerEdits = { env = { "ZERO=0" } } },
         },
      })
      local result, err = client:run {
         rootfs = live.rootfs(), devices = { "vendor.com/thing=all" }, args = { "sh", "-c",
            "exec 2>&1; echo $THING $ZERO; cmp /etc/hosts /opt/thing/hosts && "
            .. "ls -l /dev/brim | cut -c 1-10; echo x >/dev/brim; : >/opt/thing/hosts" },
         mounts = { "/etc/hosts:/etc/hosts" },
      }
      if not result then error(err) end

      assert.equal("any 0\ncrw-rw-rw-\nsh: write error: No space left on device\n"
         .. "sh: can't create /opt/thing/hosts: Read-only file system\n", result.stdout)
      assert.equal("hooked", io.lines(hooked)())
   end)

   it("may be a file of YAML's, as nvidia-ctk writes them", function()
      write("vendor.yaml", [[
---
cdiVersion: 0.5.0
containerEdits:
  env:
  - VENDOR_DEVICES=void
devices:
- containerEdits:
    deviceNodes:
    - path: /dev/brim
      hostPath: /dev/full
      fileMode: 0604
  name: "0"
kind: vendor.com/gpu
]])
      local result, err = client:run {
         rootfs = live.rootfs(), devices = { "vendor.com/gpu=0" }, args = { "sh", "-c",
            "echo $VENDOR_DEVICES; ls -l /dev/brim | cut -c 1-10" },
      }
      if not result then error(err) end

      assert.equal("void\ncrw----r--\n", result.stdout)
   end)

   it("that nobody knows is refused, before anything is sent", function()
      local result
      local calls = live.count(function()
         result = commands.neap("run", "--rootfs", live.rootfs(), "--device",
            "vendor.invalid/thing=x", "true")
      end)

      assert.same({ {}, 125 }, { calls, result.code })
      assert.matches('"vendor.invalid/thing=x" is not a CDI device (by the files in /etc/cdi, '
         .. "/var/run/cdi", result.stderr, 1, true)
   end)
end)
