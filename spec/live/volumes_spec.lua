-- Volumes: made on first use, kept, filled, shared, and removed when nobody uses
-- them; whoever wrote the rootfs reads and writes nothing else by them.

local core = require "neap.core"
local defaults = require "neap.defaults"
local hash = require "neap.hash"
local live = require "support.live"
local shell = require "support.shell"

local need, sh = live.need, shell.sh

describe("volumes", function()
   local client, rootfs, volumes, directory

   setup(function()
      client, rootfs = live.client(), live.fresh_rootfs()
      volumes = client.volumes
      directory = ("%s/%s/%s"):format(
         defaults.volume_root, hash.hex8(live.address), live.namespace
      )
   end)
   after_each(function()
      need(volumes:prune())
      assert.is_nil(core.fs.lstat(directory))
   end)
   teardown(function() client:close() end)

   local function run(mounts, script, more)
      local fields = { rootfs = rootfs, args = { "sh", "-c", script }, mounts = mounts }
      for name, value in pairs(more or {}) do fields[name] = value end
      local result, err = client:run(fields)
      if not result then return nil, err end
      return result.stdout .. result.stderr
   end

   it("outlive the containers that write to them", function()
      assert.equal("", run({ "data:/data" }, "echo kept >/data/file"))
      assert.equal("kept\n", run({ { type = "volume", source = "data", target = "/d" } },
         "cat /d/file"))
      assert.matches("Read%-only", run({ "data:/data:ro" }, "echo x >/data/file"))

      local volume = need(volumes:inspect "data")
      assert.equal(directory .. "/data/_data", volume.path)
      assert.equal("kept\n", sh("cat " .. volume.path .. "/file"))
      assert.is_true(math.abs(volume.created_at - os.time()) < 100)
      for _, above in ipairs { directory .. "/data", directory, defaults.volume_root } do
         assert.equal(448, core.fs.lstat(above).mode)
      end
   end)

   it("are created, listed, inspected and removed", function()
      local made = need(volumes:create { name = "b", labels = { tier = "db" } })
      assert.same({ "b", { tier = "db" } }, { made.name, made.labels })
      local _, err = volumes:create { name = "b" }
      assert.equal("already_exists", err.code)
      local same, is_new = volumes:ensure { name = "b" }
      assert.same({ made, false }, { same, is_new })
      local other = need(volumes:create {})
      assert.matches("^%x+$", other.name)

      local names = {}
      for i, volume in ipairs(need(volumes:list())) do names[i] = volume.name end
      table.sort(names)
      local expected = { "b", other.name }
      table.sort(expected)
      assert.same(expected, names)
      assert.same(made, volumes:inspect "b")

      assert.is_true(volumes:remove "b")
      for _, method in ipairs { "remove", "inspect" } do
         local ok, gone = volumes[method](volumes, "b")
         assert.is_nil(ok)
         assert.equal("not_found", gone.code)
      end
      assert.same({ other.name }, volumes:prune())
      assert.same({}, volumes:list())
      assert.same({}, volumes:prune())
   end)

   it("refuse names that are none, and raise on what is no name", function()
      for _, name in ipairs { "", "..", "a/b", "../data", ".hidden", "a\0b", "_data", "a..b" } do
         for _, call in ipairs {
            function() return volumes:create { name = name } end,
            function() return volumes:inspect(name) end,
            function() return volumes:remove(name) end,
         } do
            local ok, err = call()
            assert.is_nil(ok)
            assert.equal("invalid_argument", err.code)
         end
      end
      local _, err = volumes:create { name = "a", label = {} }
      assert.matches('label: unknown field, did you mean "labels"', err.message)
      assert.has_error(function() volumes:remove() end)
      assert.has_error(function() volumes:create "a" end)
   end)

   it("stay while a container uses them, which is named", function()
      local container = need(client:create {
         id = "user", rootfs = rootfs, args = { "true" }, mounts = { "data:/data", "/own" },
      })
      local own
      for _, volume in ipairs(volumes:list()) do own = volume.container and volume or own end
      assert.equal("user", own.container)
      local ok, err = volumes:remove "data"
      assert.is_nil(ok)
      assert.equal("failed_precondition", err.code)
      assert.matches("used by user", err.message)
      assert.same({}, volumes:prune())
      assert.equal(2, #volumes:list())

      need(container:delete())
      assert.same({ "data" }, { volumes:list()[1].name, volumes:list()[2] })
      assert.is_true(volumes:remove "data")
   end)

   it("without a name go with their container, and with one that failed", function()
      assert.equal("text\n", run({ "/own" }, "echo text >/own/file; cat /own/file"))
      assert.same({}, volumes:list())

      local container = need(client:create { id = "taken", rootfs = rootfs, args = { "true" } })
      finally(function() container:delete { force = true } end)
      local other, err = client:create {
         id = "taken", rootfs = rootfs, args = { "true" }, mounts = { "/own", "new:/new" },
      }
      assert.is_nil(other)
      assert.equal("already_exists", err.code)
      assert.same({}, volumes:list())
   end)

   it("are swept where the record went without Neap", function()
      need(client:create {
         id = "lost", rootfs = rootfs, args = { "true" }, mounts = { "/own", "kept:/kept" },
      })
      assert.equal(2, #volumes:list())
      live.ctr("containers", "rm", "lost")
      need(client:restore())
      assert.equal(1, #volumes:list())
      assert.equal("kept", volumes:list()[1].name)
   end)

   it("are filled, while empty, with what the rootfs has there", function()
      sh("cd " .. rootfs .. " && mkdir -p seed/sub && echo seed >seed/sub/file && chown 7:8 seed"
         .. " && chmod 1750 seed && ln -s /etc/passwd seed/link && ln -s ../../../../seed alias")
      local look = "stat -Lc %a:%u:%g /x; cat /x/sub/file 2>/dev/null; readlink /x/link"
      local function looked(name, options, target)
         return run({ name .. ":" .. (target or "/seed") .. (options or "") },
            (look:gsub("/x", target or "/seed")))
      end
      assert.equal("1750:7:8\nseed\n/etc/passwd\n", looked "one")
      assert.equal("1750:7:8\nseed\n/etc/passwd\n", looked("two", nil, "/alias"))
      assert.equal("755:0:0\n", looked("three", ":nocopy"))
      need(volumes:create { name = "four" })
      assert.equal("1750:7:8\nseed\n/etc/passwd\n", looked("four", ":ro"))
      sh("rm -r " .. volumes:inspect "four".path .. "/*; touch " .. volumes:inspect "four".path
         .. "/mine")
      assert.equal("1750:7:8\n", looked "four")
   end)

   it("are whole for each of two who come at once, and keep what both write", function()
      sh("cd " .. rootfs .. " && mkdir -p many && cd many && touch $(seq 3000)")
      local volume = need(volumes:create { name = "many" })
      local found = require "neap".all {
         a = function() return run({ "many:/many" }, "ls /many | wc -l; touch /many/of-a") end,
         b = function() return run({ "many:/many" }, "ls /many | wc -l; touch /many/of-b") end,
      }
      for _, said in pairs(found) do assert.is_true(tonumber(said) >= 3000, said) end
      assert.equal("3002\n", sh("ls " .. volume.path .. " | wc -l"))
   end)

   local function start_one(volume)
      return shell.start { live.program, "--address", live.address, "--namespace",
         live.namespace, "run", "--rootfs", rootfs, "-v", volume .. ":/large", "sh", "-c",
         "ls /large | wc -l; touch /large/of-$$" }
   end

   it("are never seen half filled, by another program either", function()
      sh("cd " .. rootfs .. " && mkdir -p large && cd large && touch $(seq 8000)")
      local volume = need(volumes:create { name = "large", labels = { tier = "db" } })
      local seen <close> = need(core.watch { directory .. "/large", volume.path })
      local first <close> = start_one "large"
      local second <close> = start_one "large"
      local names
      repeat
         seen:read()
         names = core.fs.list(volume.path)
      until names[1]
      assert.is_true(#names >= 8000)
      for _, process in ipairs { first, second } do
         local said = process:wait()
         assert.equal(0, said.code, said.stderr)
         assert.is_true(tonumber(said.stdout) >= 8000)
      end
      assert.same({ tier = "db" }, volumes:inspect "large".labels)
      sh("rm -r " .. rootfs .. "/large")
   end)

   it("that another has filled meanwhile are as he left them", function()
      sh("mkdir -p " .. rootfs .. "/few && touch " .. rootfs .. "/few/1")
      local volume = need(volumes:create { name = "raced" })
      local rename = os.rename
      finally(function() os.rename = rename end) -- luacheck: ignore 122
      os.rename = function(from, to) -- luacheck: ignore 122
         if to == volume.path then sh("touch " .. to .. "/theirs") end
         return rename(from, to)
      end

      assert.equal("theirs\n", run({ "raced:/few" }, "ls /few"))
      assert.equal("", sh("ls -A " .. directory .. " | grep '^\\.' || true"))
   end)

   it("that are in use while they are empty are filled as they are", function()
      sh("mkdir -p " .. rootfs .. "/few && touch " .. rootfs .. "/few/1")
      local holder = need(client:create {
         rootfs = rootfs, args = { "sh", "-c", "read _; cat /few/mine; ls /few" },
         mounts = { "few:/few:nocopy" },
      })
      local task = need(holder:start { stdin = "pipe", stdout = "pipe" })
      assert.equal("1\n", run({ "few:/few" }, "ls /few; echo mine >/few/mine"))
      task:write "\n"
      assert.equal("mine\n1\nmine\n", task.stdout:read "a")
      holder:delete { force = true }
   end)

   it("are filled with nothing from outside the rootfs", function()
      sh("cd " .. rootfs .. " && ln -s /../../../../../../etc up && ln -s " .. live.dir
         .. " out && ln -s loop loop && echo file >plain")
      local outside = live.dir .. "/secret"
      sh("mkdir -p " .. outside .. " && echo secret >" .. outside .. "/file")
      for _, row in ipairs {
         { "/up", "passwd" }, { "/out/secret", nil }, { "/x/../../..//none", nil },
      } do
         local volume = need(volumes:ensure { name = "hostile" })
         local text, err = run({ "hostile:" .. row[1] }, "true")
         assert.equal("", text, err)
         local content = sh("ls -A " .. volume.path)
         assert.not_matches("shadow", content)
         assert.not_matches("secret", content)
         assert.not_matches("file", content)
         if row[2] then assert.matches(row[2], content) else assert.equal("", content) end
         assert.is_true(volumes:remove "hostile")
      end
   end)

   it("belong to the container's root in a user namespace", function()
      if not os.execute "unshare --user true 2>/dev/null" then
         pending "the kernel makes no user namespace here"
      end
      local mapping = { { containerID = 0, hostID = 100000, size = 65536 } }
      local own = live.fresh_rootfs()
      sh("chown -R 100000:100000 " .. own .. " && chmod 711 " .. live.dir)
      finally(function()
         sh "find /run/neap.100000.100000 -depth -type d -empty -delete 2>&- || true"
      end)
      assert.equal("0\n", need(run({ "mapped:/mapped" }, "echo x >/mapped/x; stat -c %u /mapped", {
         userns = { uid_mappings = mapping, gid_mappings = mapping }, rootfs = own,
      })))
      assert.equal(100000, core.fs.lstat(volumes:inspect "mapped".path .. "/x").uid)
   end)

   it("that are not ours are not touched", function()
      need(volumes:create { name = "data" })
      local elsewhere = live.path "elsewhere"
      sh("mkdir -p " .. elsewhere .. "/_data && touch " .. elsewhere .. "/_data/file")
      sh("ln -s " .. elsewhere .. " " .. directory .. "/link")
      finally(function() os.remove(directory .. "/link") end)
      for _, call in ipairs {
         function() return volumes:remove "link" end,
         function() return run({ "link:/x" }, "true") end,
      } do
         local ok, err = call()
         assert.is_nil(ok)
         assert.equal("failed_precondition", err.code)
         assert.matches("is not a real directory", err.message)
      end
      assert.same({ "data" }, volumes:prune())
      assert.is_not_nil(core.fs.lstat(elsewhere .. "/_data/file"))
      os.remove(directory .. "/link")
      sh("rmdir " .. directory .. " && rmdir --ignore-fail-on-non-empty $(dirname " .. directory
         .. ")")
   end)

   it("whose removal was cut short come back where they are used, else go", function()
      local container = need(client:create {
         rootfs = rootfs, args = { "true" }, mounts = { "used:/u", "unused:/v" },
      })
      local dead = sh "sh -c 'echo $$'":match "%d+"
      for _, name in ipairs { "used", "unused", "half" } do
         local from = name == "half" and live.path "half" or directory .. "/" .. name
         if name == "half" then sh("mkdir -p " .. from .. "/_data") end
         local kind = name == "half" and "new" or "gone"
         sh(("mv %s %s/.%s-%s-abcd-%s"):format(from, directory, kind, dead, name))
      end
      assert.same({}, volumes:list())
      assert.same({}, volumes:prune())
      assert.equal(2, #volumes:list())
      need(container:delete())
      assert.same({ "unused", "used" }, volumes:prune())
   end)

   it("come back where somebody comes to use them while they are removed", function()
      local volume = need(volumes:create { name = "data" })
      sh("echo kept >" .. volume.path .. "/file")
      local Client <const> = core.classes.client
      local list, container = Client.containers, nil
      finally(function()
         Client.containers = list
         container:delete { force = true }
      end)
      function Client.containers(...)
         local found, err = list(...)
         container = container or need(client:create {
            rootfs = rootfs, args = { "true" }, mounts = { "data:/data" },
         })
         return found, err
      end
      local ok, err = volumes:remove "data"
      assert.is_nil(ok)
      assert.equal("failed_precondition", err.code)
      assert.equal("kept\n", sh("cat " .. volume.path .. "/file"))
      assert.same({ "data" }, core.fs.list(directory))
   end)

   it("are made again where somebody removes them while they come to be used", function()
      local facts <const> = require "neap.volume.facts"
      local read, times = facts.read, 0
      finally(function() facts.read = read end)
      function facts.read(...)
         times = times + 1
         if times == 1 then sh("rm -r " .. directory .. "/data") end
         return read(...)
      end
      assert.equal("x\n", need(run({ "data:/data" }, "echo x >/data/x; cat /data/x")))
      assert.truthy(times > 1)

      local create = core.container_create
      finally(function() core.container_create = create end)
      function core.container_create(...)
         sh("rm -r " .. directory .. "/data")
         return create(...)
      end
      assert.equal("y\n", need(run({ "data:/data" }, "echo y >/data/y; cat /data/*")))
   end)

   it("are nobody's for a label that others wrote", function()
      need(volumes:create { name = "data" })
      local container = need(client:create { rootfs = rootfs, args = { "true" } })
      assert.is_not_nil(live.ctr("containers", "label", container.id,
         "neap.volumes=data,../data", "neap.rootfs_overlay=/etc"))
      assert.equal("/etc", need(client:load(container.id)).labels["neap.rootfs_overlay"])
      need(container:refresh())
      need(container:delete())
      assert.equal("data", need(volumes:inspect "data").name)
   end)

   it("are docker's command", function()
      local function neap(...)
         return shell.run { live.program, "--address", live.address, "--namespace", live.namespace,
            ... }
      end
      assert.equal("mine\n", neap("volume", "create", "--label", "a=b", "mine").stdout)
      assert.equal("mine\n", neap("volume", "create", "mine").stdout)
      assert.equal("mine\n", neap("volume", "ls", "-q").stdout)
      local listed = neap("volume", "ls").stdout
      assert.matches("^NAME +CONTAINER +PATH +CREATED\nmine +%- +/", listed)
      assert.matches(directory .. "/mine/_data", listed, 1, true)
      local shown = core.json.decode(neap("volume", "inspect", "mine").stdout)
      assert.same({ "mine", { a = "b" } }, { shown.name, shown.labels })

      local ran = neap("run", "--rootfs", rootfs, "-v", "mine:/m", "--mount",
         "type=volume,src=second,dst=/s,volume-nocopy,volume-label=c=d", "-v", "/anonymous",
         "sh", "-c",
         "touch /m/x /s/y /anonymous/z")
      assert.same({ 0, "" }, { ran.code, ran.stderr })
      assert.equal("mine\nsecond\n", neap("volume", "ls", "-q").stdout)
      assert.same({ c = "d" }, volumes:inspect "second".labels)

      local gone = neap("volume", "rm", "none", "second")
      assert.same({ 1, "second\n" }, { gone.code, gone.stdout })
      assert.matches('there is no volume "none"', gone.stderr)
      assert.equal(0, neap("volume", "rm", "-f", "none").code)
      assert.equal("mine\n", neap("volume", "prune").stdout)
      assert.equal(2, neap("volume", "drop").code)
      assert.equal(2, neap("volume", "rm").code)
   end)
end)
