-- Who a process is, as it sees itself; and root filesystems that would have it be
-- somebody else, or would have Neap read what is not theirs.

local live = require "support.live"
local shell = require "support.shell"

local PASSWD <const> = "root:x:0:0::/:/bin/sh\nwww:x:33:34::/:\r\nodd:x:zero:1::/:\nend:x:40:41::/:"
local GROUP <const> = "root:x:0:\nadm:x:4:www,end\nlog:x:9:\nwww:x:34:"

describe("a process's user", function()
   local client, rootfs

   local function sh(script)
      assert(os.execute("cd " .. rootfs .. " && mkdir -p etc && rm -rf etc/* && " .. script))
   end

   local function put(name, text)
      local file <close> = assert(io.open(rootfs .. "/etc/" .. name, "wb"))
      file:write(text)
   end

   setup(function()
      client, rootfs = live.client(), live.fresh_rootfs()
      sh "true"
      put("passwd", PASSWD)
      put("group", GROUP)
   end)
   teardown(function() client:close() end)

   local LOOK <const> = "echo $(id -u):$(id -g):$(id -G); grep ^Groups /proc/self/status"

   --- "uid:gid:groups" from inside.
   local function who(fields)
      fields.rootfs, fields.args = rootfs, { "sh", "-c", LOOK }
      local result, err = client:run(fields)
      if not result then return nil, err end
      local ids, kernel = result.stdout:match "^(%S+[%d ]*)\nGroups:%s*([%d ]-) *\n$"
      return ids, kernel
   end

   it("is found in the rootfs, with its groups", function()
      local rows = {
         { { user = "www" }, "33:34:34 4" },
         { { user = "33" }, "33:34:34 4" },
         { { user = "end:log" }, "40:9:9" },
         { { user = "www:" }, "33:34:34 4" },
         { { user = ":log" }, "0:9:9" },
         { { user = ":1" }, "0:1:1" },
         { { user = ":" }, "0:0:0" },
         { { user = "7:8", groups = { 9, "adm" } }, "7:8:8 4 9" },
         { { user = "end", groups = { "log" } }, "40:41:41 4 9" },
         { { groups = { 70000 } }, "0:0:0 70000" },
      }
      local many, gids = {}, {}
      for i = 1, 1000 do many[i], gids[i] = i, tostring(i) end
      rows[#rows + 1] = { { groups = many }, "0:0:0 " .. table.concat(gids, " ") }
      local function sorted(text)
         local list = {}
         for number in text:gmatch "%d+" do list[#list + 1] = tonumber(number) end
         table.sort(list)
         return list
      end
      for _, row in ipairs(rows) do
         local ids, kernel = who(row[1])
         if not ids then error(kernel) end
         assert.equal(row[2]:match "^%d+:%d+:", ids:match "^%d+:%d+:")
         assert.same(sorted(row[2]:match "[^:]*$"), sorted(kernel))
      end
   end)

   it("is another's for an exec that says so", function()
      local container = client:create { rootfs = rootfs, args = { "sleep", "1000" }, user = "end" }
      local task = container:start()
      local function exec(fields)
         fields.args, fields.stdout = { "sh", "-c", "echo $(id -u):$(id -g):$(id -G)" }, "pipe"
         local process, err = task:exec(fields)
         if not process then error(err) end
         return process:read "l"
      end
      assert.equal("40:41:41 4", exec {})
      assert.equal("33:34:34 4", exec { user = "www" })
      assert.equal("40:41:41 4 9", exec { groups = { "log" } })
      container:delete { force = true }
   end)

   it("has the container's further groups in an exec, whoever it is", function()
      local container = assert(client:create {
         rootfs = rootfs, args = { "sleep", "1000" }, user = "end", groups = { "log", 70000 },
      })
      local task = container:start()
      local other <close> = live.client()
      local function exec(of, fields)
         fields.args, fields.stdout = { "sh", "-c", "echo $(id -u):$(id -g):$(id -G)" }, "pipe"
         local process, err = of:exec(fields)
         if not process then error(err) end
         return process:read "l"
      end
      assert.equal("40:41:41 4 9 70000", exec(task, {}))
      assert.equal("33:34:34 4 9 70000", exec(task, { user = "www" }))
      local loaded = assert(other:load(container.id)):task()
      assert.equal("0:0:0 9 70000", exec(loaded, { user = "root" }))
      assert.equal("7:8:8 4 9 70000", exec(task, { user = "7:8", groups = { "adm" } }))
      local result = shell.run { live.program, "--address", live.address, "--namespace",
         live.namespace, "exec", "-u", ":log", container.id, "id", "-G" }
      assert.equal("9 70000\n", result.stdout)
      container:delete { force = true }
   end)

   it("is what docker's words say", function()
      local result = shell.run { live.program, "--address", live.address, "--namespace",
         live.namespace, "run", "--rootfs", rootfs, "-u", "www", "--group-add", "log",
         "--group-add", "70", "sh", "-c", "echo $(id -u):$(id -g):$(id -G)" }
      assert.equal("33:34:34 4 9 70\n", result.stdout)
   end)

   local function refused(fields, pattern)
      local records = live.ctr("containers", "list", "--quiet")
      local ids, err = who(fields)
      assert.is_nil(ids)
      assert.equal("invalid_argument", err.code)
      assert.matches(pattern, err.message, 1, true)
      assert.equal(records, live.ctr("containers", "list", "--quiet"))
   end

   it("is not guessed from what is malformed", function()
      refused({ user = "odd" }, 'user: the rootfs\'s /etc/passwd: "odd" has the id "zero" there')
      refused({ user = "nobody" }, 'user: the rootfs has no user "nobody"')
      refused({ user = "0:nobody" }, 'user: the rootfs has no group "nobody"')
      refused({ groups = { "nobody" } }, 'groups[1]: the rootfs has no group "nobody"')
   end)

   it("comes from no file but the rootfs's own", function()
      local outside = live.path "passwd"
      local file <close> = assert(io.open(outside, "w"))
      file:write "crook:x:0:0::/:\n"
      file:close()
      sh("ln -s " .. outside .. " etc/passwd")
      refused({ user = "crook" }, 'the rootfs has no user "crook"')
      sh("ln -s ../../../../../../../../.." .. outside .. " etc/passwd")
      refused({ user = "crook" }, 'the rootfs has no user "crook"')
      sh("ln -s /etc/here etc/passwd && echo here:x:5:6::/: >etc/here")
      assert.equal("5:6:6", (who { user = "here" }))
   end)

   it("is not waited for, nor looked for without end", function()
      sh "mkfifo etc/passwd"
      refused({ user = "www" }, "/etc/passwd is not a regular file")
      refused({ user = 33 }, "/etc/passwd is not a regular file")
      sh "mkdir etc/passwd"
      refused({ user = "www" }, "/etc/passwd is a directory")
      sh "mknod etc/passwd c 1 5"
      refused({ user = "www" }, "/etc/passwd is not a regular file")
      sh "truncate -s 2M etc/passwd"
      refused({ user = "www" }, "/etc/passwd has more than 1048576 bytes")
      sh "mkfifo etc/group"
      refused({ groups = { "adm" } }, "/etc/group is not a regular file")
      refused({ user = "5:6" }, "/etc/group is not a regular file") -- runc would hang

      sh "true"
      local container = client:create { rootfs = rootfs, args = { "sleep", "1000" } }
      local task = container:start()
      sh "mkfifo etc/passwd"
      local process, err = task:exec { args = { "true" } }
      assert.is_nil(process)
      assert.equal("failed_precondition", err.code)
      assert.matches("/etc/passwd is not a regular file", err.message, 1, true)
      container:delete { force = true }
   end)
end)
