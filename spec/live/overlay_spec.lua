-- A rootfs that stays as it was: containers write to overlays of their own, of which
-- nothing is left, whatever way they end.

local core = require "neap.core"
local defaults = require "neap.defaults"
local hash = require "neap.hash"
local live = require "support.live"
local shell = require "support.shell"

local need, sh = live.need, shell.sh

describe("a rootfs below an overlay", function()
   local client, rootfs, before, directory

   --- All that is in it, and on what it is mounted.
   local function state(where)
      return sh("cd " .. (where or rootfs) .. " && find . -printf '%p %y %m %U %G %s %T@\\n'"
         .. " | grep -v '^\\. ' | sort")
   end

   setup(function()
      client, rootfs = live.client(), live.fresh_rootfs()
      sh("cd " .. rootfs .. " && mkdir -p run old && echo old >old/file && chmod 751 . && chown"
         .. " 3:4 . && printf 'root:x:0:0::/:/bin/sh\\n' >etc/passwd")
      before = state()
      directory = ("%s/%s/%s"):format(
         defaults.overlay_root, hash.hex8(live.address), live.namespace
      )
   end)
   after_each(function()
      for _, container in ipairs(client:containers()) do container:delete { force = true } end
      assert.equal(before, state())
      assert.is_nil(core.fs.lstat(directory))
      local file <close> = io.open "/proc/self/mountinfo"
      assert.is_nil(file:read("a"):find(defaults.overlay_root, 1, true))
   end)
   teardown(function() client:close() end)

   local function config(script, more)
      local made = { rootfs = rootfs, rootfs_overlay = true, args = { "sh", "-c", script } }
      for name, value in pairs(more or {}) do made[name] = value end
      return made
   end

   it("stays as it was, whatever the container does", function()
      local result = need(client:run(config([[
         stat -c %a:%u:%g /; cat /old/file; rm -r /old; echo new >/new; mkdir /deep
         ln -s /proc/1/root /deep/link; mkfifo /deep/fifo; chmod 0 /deep; cat /new; ls /old
      ]])))
      assert.equal("751:3:4\nold\nnew\n", result.stdout)
      assert.matches("/old: No such file", result.stderr)
      assert.equal("", need(client:run(config("ls /new 2>/dev/null; true"))).stdout)
   end)

   it("keeps what was written for the next start, and looks users up in that", function()
      local container = need(client:create(config(
         "echo 'late:x:77:78::/:/bin/sh' >>/etc/passwd; echo start >>/starts; sleep 1000"
      )))
      for starts = 1, 2 do
         local task = need(container:start())
         live.wait_until(function()
            local process = need(task:exec { args = { "wc", "-l", "/starts" }, stdout = "pipe" })
            local said = process:read "a"
            process:wait()
            need(process:delete())
            return said == starts .. " /starts\n"
         end)
         local process = need(task:exec {
            args = { "id", "-u" }, user = "late", stdout = "pipe",
         })
         assert.equal("77\n", process:read "a")
         process:wait()
         need(process:delete())
         need(task:delete { force = true })
      end
      local made = core.fs.list(directory)
      assert.equal(1, #made)
      assert.equal(448, core.fs.lstat(directory .. "/" .. made[1]).mode)
      need(container:delete())
   end)

   it("is left alone by a start that fails, and by a create that fails", function()
      local container = need(client:create(config("true", { id = "same", args = { "/none" } })))
      local task, err = container:start()
      assert.is_nil(task)
      assert.equal(127, err.status)
      assert.is_nil(core.fs.lstat(directory))
      local other, taken = client:create(config("true", { id = "same" }))
      assert.is_nil(other)
      assert.equal("already_exists", taken.code)
      need(container:delete())
      local ok, wrong = client:create { image = "x", rootfs_overlay = true, args = { "true" } }
      assert.is_nil(ok)
      assert.matches("rootfs_overlay: there is no rootfs", wrong.message)
   end)

   it("has its overlay swept where the record went without Neap", function()
      local container = need(client:create(config("echo x >/x", { id = "lost" })))
      need(need(container:start()):wait())
      need(container:task()):delete()
      live.ctr("containers", "rm", "lost")
      assert.equal(1, #core.fs.list(directory))
      local again = need(client:create(config("ls /x", { id = "lost" })))
      local task = need(again:start())
      assert.equal(1, need(task:wait()).code) -- a namesake's is another one
      assert.equal(2, #core.fs.list(directory))
      need(client:restore())
      assert.equal(1, #core.fs.list(directory))
   end)

   it("may have any name", function()
      for _, name in ipairs { "a:b", "a,b", "a\\b", "a b", "lower=a" } do
         local own = live.path(name)
         sh(("cp -a %s '%s'"):format(rootfs, own))
         local found = state("'" .. own .. "'")
         local result = need(client:run(config("echo x >/x; cat /old/file", { rootfs = own })))
         assert.equal("old\n", result.stdout .. result.stderr)
         assert.equal(found, state("'" .. own .. "'"))
      end
   end)

   it("is read-only where it is to be, and is not bypassed by a volume", function()
      local result = need(client:run(config("echo x >/x; cat /old/file; echo y >/old/y", {
         readonly = true, mounts = { "/old" },
      })))
      assert.equal("old\n", result.stdout)
      assert.matches("/x: Read%-only file system", result.stderr)
      assert.not_matches("/old/y", result.stderr)
      assert.same({}, client.volumes:list())
   end)

   it("is shown by ps and by a dry run, which makes nothing", function()
      need(client:create(config("true", { id = "shown" })))
      local function neap(...)
         return shell.run {
            live.program, "--address", live.address, "--namespace", live.namespace, ...,
         }
      end
      assert.matches("shown +none +%- +/", neap("ps", "-a").stdout)
      assert.matches(rootfs, neap("ps", "-a").stdout, 1, true)
      local planned = neap("run", "--dry-run", "--rootfs", rootfs .. ":O", "-v", "data:/d", "true")
      assert.equal(0, planned.code)
      assert.matches('"lowerdir=' .. rootfs .. '"', planned.stdout, 1, true)
      assert.same({}, client.volumes:list())
   end)

   it("is an option of neap run, and podman's suffix", function()
      for _, words in ipairs { { rootfs, "--rootfs-overlay" }, { rootfs .. ":O" } } do
         local result = shell.run {
            live.program, "--address", live.address, "--namespace", live.namespace, "run",
            "--rootfs", words[1], words[2] or "--read-only", "sh", "-c", "rm /old/file; echo $?",
         }
         assert.equal(words[2] and "0\n" or "1\n", result.stdout)
      end
   end)
end)
