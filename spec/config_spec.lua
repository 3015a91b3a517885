local config = require "neap.config"

--- A disk of the spec's own.
local function disk()
   local nodes = {
      ["/srv"] = "directory", ["/srv/rootfs"] = "directory", ["/srv/file"] = "file",
      ["/etc/hosts"] = "file", ["/"] = "directory", ["/srv/init"] = "file",
   }
   local fs = {}
   function fs.realpath(path)
      if path == "/srv/loop" then return nil, "ELOOP" end
      if path == "/srv/link" then return "/srv/rootfs" end
      if nodes[path] then return path end
      return nil, "ENOENT"
   end
   function fs.stat(path)
      local real, errno = fs.realpath(path)
      if not real then return nil, errno end
      return { type = nodes[real], mode = path == "/etc/hosts" and 420 or 493, uid = 0 }
   end
   return fs
end

local context = { cwd = "/srv", fs = disk() }

local function with(fields)
   local given = { rootfs = "rootfs", args = { "true" } }
   for name, value in pairs(fields) do
      given[name] = value ~= "<none>" and value or nil
   end
   return given
end

local function create(fields) return config.create(with(fields), context) end

describe("neap.config", function()
   describe("create", function()
      it("makes paths absolute and gives an id", function()
         local checked = assert(create {})

         assert.equal("/srv/rootfs", checked.rootfs)
         assert.same({ "true" }, checked.args)
         assert.matches("^neap%-%x+$", checked.id)
         assert.is_nil(checked.resources)
      end)

      it("follows a link to the rootfs, which the runtime does not", function()
         assert.equal("/srv/rootfs", create { rootfs = "link" }.rootfs)
      end)

      it("leaves the user's table alone", function()
         local given = with { env = { "A=1", "A=2" } }

         assert(config.create(given, context))

         assert.same({ "A=1", "A=2" }, given.env)
         assert.equal("rootfs", given.rootfs)
      end)

      it("merges env so that the last wins", function()
         assert.same({ "A=2", "B=" }, create { env = { "A=1", "B=", "A=2" } }.env)
         assert.same({ "A=1", "B=2" }, create { env = { B = 2, A = "1" } }.env)
         assert.same({ "Z=1", "A=2" }, create { env = { "Z=1", A = "2" } }.env)
      end)

      local users = {
         { 1000, { uid = 1000 } }, { "1000", { uid = 1000 } },
         { "1000:100", { uid = 1000, gid = 100 } }, { "www", { name = "www" } },
         { "www:adm", { name = "www", group = "adm" } }, { "0:adm", { uid = 0, group = "adm" } },
      }
      for _, case in ipairs(users) do
         it("reads user " .. case[1], function()
            assert.same(case[2], create { user = case[1] }.user)
         end)
      end

      it("makes the paths of env_file absolute", function()
         assert.same({ "/srv/file" }, create { env_file = "file" }.env_file)
         assert.same({ "/srv/file", "/etc/hosts" },
            create { env_file = { "file", "/etc/hosts" } }.env_file)
      end)

      it("reads groups by number and name", function()
         assert.same({ 5, 6, "adm" }, create { groups = { 5, "6", "adm" } }.groups)
         assert.same({}, create { groups = {} }.groups)
      end)

      it("collects limits in OCI's form", function()
         assert.same({ memory = { limit = 8 << 20 } }, create { memory = "8m" }.resources)
      end)

      it("reads mounts in docker's form and in OCI's", function()
         local checked = assert(create {
            mounts = {
               "/etc/hosts:/h:ro", "./file:/f", { destination = "/t", type = "tmpfs" },
               { destination = "/b", source = "/srv" },
            },
         })

         assert.same({
            {
               type = "bind", source = "/etc/hosts", destination = "/h",
               options = { "rbind", "rprivate", "ro" },
            },
            {
               type = "bind", source = "/srv/file", destination = "/f",
               options = { "rbind", "rprivate", "rw" },
            },
            { destination = "/t", type = "tmpfs" },
            { destination = "/b", source = "/srv", type = "bind", options = { "rbind" } },
         }, checked.mounts)
      end)

      it("reads networks", function()
         assert.same({ kind = "none" }, create { network = "none" }.network)
         assert.same({ kind = "host" }, create { network = "host" }.network)
         assert.same({ kind = "container", id = "db" }, create { network = "container:db" }.network)
      end)

      it("reads capabilities and ulimits in any spelling", function()
         local checked = assert(create {
            cap_add = { "net_admin", "CAP_SYS_TIME", "ALL" }, ulimits = { nofile = 5, "core=0:1" },
         })

         assert.same({ "CAP_NET_ADMIN", "CAP_SYS_TIME", "ALL" }, checked.cap_add)
         assert.same({
            { type = "RLIMIT_CORE", soft = 0, hard = 1 },
            { type = "RLIMIT_NOFILE", soft = 5, hard = 5 },
         }, checked.ulimits)
      end)

      it("keeps a stop signal as a number", function()
         assert.equal(3, create { stop_signal = "SIGQUIT" }.stop_signal)
         assert.equal(0.5, create { stop_timeout = 0.5 }.stop_timeout)
         assert.is_false(config.create({ rootfs = "rootfs", args = { "x" }, init = false }, context)
            .init)
         assert.equal("/srv/init", create { init = "init" }.init)
         assert.same({ ["neap.x"] = ("x"):rep(5000) },
            create { annotations = { ["neap.x"] = ("x"):rep(5000) } }.annotations)
         local _, err = config.create({ rootfs = "rootfs", args = { "x" }, init = true },
            { platform = "windows" })
         assert.equal("init: a container of Windows has none", err.message)
         for _, name in ipairs { "io.containerd.runc.v2", "/opt/shim", "wtf.sbk.runj.v1" } do
            assert.equal(name, create { runtime = name }.runtime)
         end
      end)

      it("asks no command of an image or of a function", function()
         assert(config.create({ image = "busybox" }, context))
         assert(create { args = "<none>", spec = function() end })
      end)

      it("looks at no path where it was given no eyes", function()
         assert.equal("/nowhere", config.create { rootfs = "/nowhere", args = { "x" } }.rootfs)
      end)

      it("raises where it is given no table", function()
         assert.has_error(function() config.create "busybox" end,
            "bad argument #1 to 'create' (table expected, got string)")
         assert.has_error(function() config.create() end,
            "bad argument #1 to 'create' (table expected, got no value)")
      end)
   end)

   local long = ("x"):rep(200000)
   local many = {}
   for i = 1, 100 do many[i] = ("V%d=%s"):format(i, ("x"):rep(100000)) end

   local function mapping(inside, outside, size)
      return { containerID = inside, hostID = outside, size = size }
   end

   --- What is given, and how the message begins.
   local bad = {
      { { id = "a/b" }, 'id: "a/b" is not an id' },
      { { id = ("x"):rep(80) }, "id: " },
      { { id = 7 }, "id: 7 is not an id" },
      { { image = "busybox" }, "image, rootfs: both are given" },
      { { rootfs = "<none>" }, "image, rootfs: neither is given" },
      { { rootfs = "gone" }, 'rootfs: "/srv/gone" does not exist', "ENOENT" },
      { { rootfs = "file" }, 'rootfs: "/srv/file" is not a directory', "ENOTDIR" },
      { { rootfs = "loop" }, 'rootfs: "/srv/loop" is a loop of symbolic links', "ELOOP" },
      { { rootfs = "" }, 'rootfs: "" is not the path of a directory' },
      { { rootfs = {} }, "rootfs: a table is not the path" },
      { { args = "<none>" }, "args: missing" },
      { { args = {} }, "args: the list is empty" },
      { { args = "true" }, 'args: "true" is not a list of strings' },
      { { args = { "a", 1 } }, "args[2]: 1 is not a string" },
      { { args = { "a", [3] = "b" } }, "args: a table is not a list" },
      { { args = { "" } }, "args[1]: the command is empty" },
      { { args = { "a\0b" } }, 'args[1]: "a\\x00b" contains NUL' },
      { { args = { "\xff" } }, 'args[1]: "\\xff" is not UTF-8' },
      { { args = { long } }, "args[1]: " },
      { { env = "A=1" }, 'env: "A=1" is not a list' },
      { { env = { "A" } }, 'env[1]: "A" is not "NAME=value"' },
      { { env = { "=1" } }, 'env[1]: "=1" is not "NAME=value"' },
      { { env = { ["A=B"] = "1" } }, 'env: "A=B" is not the name of a variable' },
      { { env = { A = true } }, "env.A: true is not a string" },
      { { env = { "A=\0" } }, 'env[1]: "A=\\x00" contains NUL' },
      { { env = { A = ("x"):rep(10 << 20) } }, "env.A: " },
      { { env = many }, "args and env have 10001" },
      { { cwd = "tmp" }, 'cwd: "tmp" is not absolute' },
      { { hostname = ("h"):rep(65) }, "hostname: " },
      { { hostname = "a\nb" }, 'hostname: "a\\nb" is not a string on one line' },
      { { user = -1 }, "user: -1 is not a user" },
      { { user = "a:b:c" }, 'user: "a:b:c" is not a user' },
      { { user = "" }, 'user: "" is not a user' },
      { { user = 2 ^ 31 }, "user: 2147483648.0 is out of range" },
      { { user = 1.5 }, "user: 1.5 is not a user" },
      { { user = "99999999999999999999" }, 'user: "99999999999999999999" is out of range' },
      { { groups = "adm" }, 'groups: "adm" is not a list (each a group\'s number or name)' },
      { { groups = { 1, -1 } }, "groups[2]: -1 is not a group's number or name" },
      { { groups = { "a:b" } }, 'groups[1]: "a:b" is not a group\'s number or name' },
      { { groups = { "" } }, 'groups[1]: "" is not a group' },
      { { groups = { "4294967295" } }, 'groups[1]: "4294967295" is out of range' },
      { { env_file = 1 }, "env_file: 1 is neither a path nor a list of paths" },
      { { env_file = { "file", "" } }, 'env_file: "" is not the path of a file' },
      { { env_file = "none" }, 'env_file: "/srv/none" does not exist', "ENOENT" },
      { { env_file = "rootfs" }, 'env_file: "/srv/rootfs" is a directory', "EISDIR" },
      { { console_size = { width = 80, height = 24 } }, "console_size: there is no terminal" },
      { { terminal = true, console_size = { width = 80 } },
         "console_size: height: nil is not a whole number from 1 to 65535" },
      { { terminal = true, console_size = { width = 0, height = 1 } },
         "console_size: width: 0 is not a whole number" },
      { { terminal = true, console_size = { cols = 1 } },
         'console_size: cols: unknown field, use "width"' },
      { { terminal = true, console_size = "80x24" }, 'console_size: "80x24" is not { width' },
      { { domainname = ("d"):rep(65) }, 'domainname: "dddd' },
      { { domainname = "a\nb" }, "domainname: " },
      { { hostname = "" }, 'hostname: "" is not a string' },
      { { stop_timeout = -1 }, "stop_timeout: -1 is negative" },
      { { stop_timeout = "10" }, 'stop_timeout: "10" is not a number of seconds' },
      { { stop_grace_period = 1 }, 'stop_grace_period: unknown field, use "stop_timeout"' },
      { { init = 1 }, "init: 1 is not true, false or the path of a program" },
      { { init = "" }, 'init: "" is not true, false or the path' },
      { { init = "tini" }, 'init: "/srv/tini" does not exist', "ENOENT" },
      { { init = true },
         'init: "/usr/bin/tini-static" does not exist: install the package tini', "ENOENT" },
      { { init = "rootfs" }, 'init: "/srv/rootfs" is not a program', "EACCES" },
      { { init = "/etc/hosts" }, 'init: "/etc/hosts" is not a program', "EACCES" },
      { { annotations = { "x" } }, "annotations: 1 is not the name of an annotation" },
      { { annotations = { [""] = "x" } }, 'annotations: "" is not the name of an annotation' },
      { { annotations = { a = 1 } }, "annotations: a: 1 is not a string" },
      { { annotations = { a = "\0" } }, 'annotations: a: "\\x00" is not UTF-8 without NUL' },
      { { annotations = { a = "\xff" } }, "annotations: a: " },
      { { runtime = "runc" }, 'runtime: "runc" is not a runtime of containerd\'s' },
      { { runtime = "io..runc" }, 'runtime: "io..runc" is not a runtime' },
      { { runtime = "bin/shim.x/" }, 'runtime: "bin/shim.x/" is not a runtime' },
      { { group_add = { 1 } }, 'group_add: unknown field, use "groups"' },
      { { terminal = "yes" }, 'terminal: "yes" is not true or false' },
      { { labels = { a = ("x"):rep(4097) } }, 'labels: "a" has 4098 bytes' },
      { { labels = { ["neap.owner"] = "me" } }, 'labels: "neap.owner" is reserved' },
      { { mounts = "/a:/b" }, 'mounts: "/a:/b" is not a list' },
      { { mounts = { "/gone:/b" } }, 'mounts[1]: source "/gone" does not exist', "ENOENT" },
      { { mounts = { "da ta:/b" } }, 'mounts[1]: source: "da ta" is not an id' },
      { { mounts = { "a" } }, 'mounts[1]: "a" is not a mount' },
      { { mounts = { "/srv:b" } }, 'mounts[1]: destination "b" is not an absolute path' },
      { { mounts = { "/srv:/" } }, 'mounts[1]: destination "/" is not an absolute path below' },
      { { mounts = { "/srv:/b:rx" } }, 'mounts[1]: "rx" is not an option' },
      { { mounts = { "/srv:/b", "/srv:/b/" } }, 'mounts[2]: "/b" is taken by mounts[1]' },
      { { mounts = { { destination = "/b", type = "bind" } } }, "mounts[1]: a bind mount needs" },
      { { mounts = { { dst = "/b" } } }, 'mounts[1]: dst: unknown field, use "destination"' },
      { { memory = "lots" }, 'memory: "lots" is not a size' },
      { { memry = 1 }, 'memry: unknown field, did you mean "memory"?' },
      { { name = "web" }, 'name: unknown field, use "id"' },
      { { [1] = "echo" }, '[1]: "echo" has no field name' },
      { { network = "bridge" }, 'network: "bridge" is not a network' },
      { { network = "container:/" }, 'network: "/" is not an id' },
      { { cap_add = { "NET_ADMN" } }, 'cap_add[1]: "NET_ADMN" is not a capability, did you' },
      { { ulimits = { nofiles = 1 } }, 'ulimits: "nofiles" is not a limit, did you mean "nofile"' },
      { { ulimits = { nofile = "2:1" } },
         "ulimits.nofile: the soft limit 2 is above the hard one, 1" },
      { { ulimits = { nofile = { soft = -1, hard = 1 } } },
         "ulimits.nofile: the soft limit unlimited is above the hard one, 1" },
      { { cap_drop = { "FOO" } }, 'cap_drop[1]: "FOO" is not a capability (ALL, or one that' },
      { { ulimits = { foo = 1 } }, 'ulimits: "foo" is not a limit (as, core, cpu, data, ' },
      { { entrypoint = { "" } }, "entrypoint[1]: the command is empty" },
      { { ulimits = { nofile = "1:x" } }, 'ulimits.nofile: "1:x" is not a limit (a number, -1' },
      { { ulimits = { nofile = { soft = 1, hard = 2, hrad = 3 } } },
         'ulimits.nofile.hrad: unknown field, did you mean "hard"?' },
      { { ulimits = { nofile = -2 } }, "ulimits.nofile: -2 is not a limit" },
      { { ulimits = { "nofile=1", nofile = 2 } }, "ulimits: nofile is given twice" },
      { { sysctl = { ["net.a"] = 0.5 } }, 'sysctl: "net.a" = 0.5 is not a name, and a' },
      { { sysctl = { ["net.a"] = "1\0" } }, 'sysctl: "net.a" = "1\\x00" is not a name' },
      { { sysctl = { ["net.a\nb"] = 1 } }, 'sysctl: "net.a\\nb" = 1 is not a name' },
      { { stop_signal = "NOPE" }, 'stop_signal: "NOPE" is no signal' },
      { { oom_score_adj = -2000 }, "oom_score_adj: -2000 is not a whole number from -1000" },
      { { userns = { uid_mappings = {} } }, "userns.uid_mappings: a table is not a list" },
      { { userns = { uid_mappings = { mapping(1, 1000, 5) } } },
         "userns.uid_mappings: none maps the container's root" },
      { { userns = { uid_mappings = { mapping(0, 1000, 10), mapping(9, 5000, 1) } } },
         "userns.uid_mappings[2]: its ids overlap those of [1] (containerID)" },
      { { userns = { uid_mappings = { mapping(9, 1009, 1), mapping(0, 1000, 9),
         mapping(10, 1009, 1) } } },
         "userns.uid_mappings[3]: its ids overlap those of [1] (hostID)" },
      { { spec = "x" }, 'spec: "x" is neither a function nor a whole spec' },
      { { concerns = { mount = false } }, 'concerns: "mount" is not a concern, did you' },
      { { concerns = { mounts = 1 } }, "concerns: mounts: 1 is neither a function nor false" },
      { { stdout = "pipe" }, "stdout: not a field of create" },
   }
   for _, case in ipairs(bad) do
      it("refuses " .. case[2], function()
         local checked, err = create(case[1])

         assert.is_nil(checked)
         assert.equal("invalid_argument", err.code)
         assert.equal("container.create", err.op)
         assert.equal(case[2], err.message:sub(1, #case[2]))
         assert.equal(case[3], err.errno)
         assert.is_true(#err.message < 300)
      end)
   end

   it("refuses more groups than the kernel takes", function()
      local list = {}
      for i = 1, 65537 do list[i] = i end
      local _, err = create { groups = list }
      assert.equal("groups: 65537 are too many (the kernel takes 65536)", err.message)
   end)

   it("says whom an error is about", function()
      local _, err = create { id = "web", cwd = "x" }

      assert.equal("web", err.id)
   end)

   describe("with a whole spec", function()
      local function whole(fields, spec)
         fields.spec = spec
         return config.create(fields, context)
      end

      it("needs neither image nor rootfs nor args", function()
         assert(whole({}, { root = { path = "/r" }, process = { args = { "x" } } }))
      end)

      it("lets fields add what the spec lacks", function()
         assert(whole({ rootfs = "rootfs", args = { "x" }, memory = "8m" }, {}))
      end)

      it("excludes the fields that the spec has", function()
         local given = { rootfs = "rootfs", args = { "x" } }
         local _, err = whole(given, { process = { args = { "y" } } })
         assert.equal("args: the spec has process.args itself", err.message)

         _, err = whole({ pids = 1 }, { root = { path = "/" }, linux = { resources = {} } })
         assert.equal("resources: the spec has linux.resources itself", err.message)
      end)

      it("needs a root from somewhere", function()
         local _, err = whole({}, {})

         assert.matches("neither is given, and the spec has no root.path", err.message, 1, true)
      end)
   end)

   describe("run", function()
      it("captures what is not sent elsewhere", function()
         local checked = assert(config.run(with { stderr = "inherit", limit = "1m" }, context))

         assert.same({ kind = "capture", limit = 1 << 20 }, checked.io.stdout)
         assert.same({ kind = "inherit" }, checked.io.stderr)
         assert.same({ kind = "null" }, checked.io.stdin)
      end)

      it("keeps its bounds", function()
         local checked = assert(config.run(with { timeout = 0.5, drain = 1 }, context))

         assert.equal(0.5, checked.timeout)
         assert.equal(1, checked.io.drain)
      end)

      it("refuses streams that there are not", function()
         local checked, err = config.run(with { stdout = "out.txt" }, context)

         assert.is_nil(checked)
         assert.equal("client.run", err.op)
         assert.matches('stdout: "out.txt" is not a stream', err.message, 1, true)
      end)
   end)

   describe("exec", function()
      it("takes what a process has", function()
         local given = { args = { "id" }, user = 5, stdout = "pipe" }
         local checked = assert(config.exec(given, context))

         assert.same({ uid = 5 }, checked.user)
         assert.same({ kind = "pipe" }, checked.io.stdout)
         assert.is_string(checked.id)
      end)

      it("refuses what only a container has", function()
         local _, err = config.exec({ args = { "id" }, memory = 1 }, context)

         assert.equal("memory: unknown field", err.message)
         assert.equal("task.exec", err.op)
      end)

      it("needs a command", function()
         local _, err = config.exec({}, context)

         assert.equal("args: missing (the command to run)", err.message)
      end)

      it("raises where it is given nothing", function()
         assert.has_error(function() config.exec(nil) end,
            "bad argument #1 to 'exec' (table expected, got no value)")
      end)
   end)
end)
