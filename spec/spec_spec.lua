local json = require "neap.json"
local spec = require "neap.spec"

local INFINITY = "18446744073709551615"

--- A config as neap.config would leave it.
local function config(fields)
   local made = { id = "web", rootfs = "/rootfs", args = { "true" } }
   for name, value in pairs(fields or {}) do made[name] = value end
   return made
end

local context = { namespace = "default" }

local function new(fields, more)
   local inner = { namespace = "default" }
   for name, value in pairs(more or {}) do inner[name] = value end
   return assert(spec.new(config(fields), inner))
end

local function mount_at(made, destination)
   for _, mount in ipairs(made.mounts) do
      if mount.destination == destination then return mount end
   end
end

local function namespaces(made)
   local kinds = {}
   for _, namespace in ipairs(made.linux.namespaces) do
      kinds[namespace.type] = namespace.path or true
   end
   return kinds
end

describe("neap.spec", function()
   describe("by default", function()
      local made = new()

      it("is what containerd 1.6 makes, but for what docker has it do", function()
         assert.equal("1.0.2-dev", made.ociVersion)
         assert.same({ path = "/rootfs" }, made.root)
         assert.equal("/", made.process.cwd)
         assert.same({ uid = 0, gid = 0 }, made.process.user)
         assert.is_nil(made.process.noNewPrivileges)
         assert.is_table(made.linux.seccomp)
         assert.equal(7, #made.mounts)
         assert.equal(11, #made.linux.maskedPaths)
         assert.equal(5, #made.linux.readonlyPaths)
         assert.equal("/default/web", made.linux.cgroupsPath)
         assert.same(
            { pid = true, ipc = true, uts = true, mount = true, network = true }, namespaces(made)
         )
      end)

      it("gives containerd's capabilities and no others", function()
         for _, set in ipairs { "bounding", "effective", "permitted" } do
            assert.equal(14, #made.process.capabilities[set])
         end
         assert.is_nil(made.process.capabilities.inheritable)
         assert.is_nil(made.process.capabilities.ambient)
      end)

      it("denies every device but the harmless ones", function()
         local rules = made.linux.resources.devices

         assert.same({ allow = false, access = "rwm" }, rules[1])
         assert.equal(10, #rules)
         assert.same(
            { allow = true, type = "c", major = 1, minor = 3, access = "rwm" }, rules[2]
         )
      end)

      it("sets no limit on files and lowers no oom_score_adj", function()
         assert.is_nil(made.process.rlimits)
         assert.is_nil(made.process.oomScoreAdj)
      end)

      it("gives a PATH, and the id as host name", function()
         assert.same(
            { "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin" },
            made.process.env
         )
         assert.equal("web", made.hostname)
      end)

      it("shares no table between two containers", function()
         local other = new()
         other.linux.maskedPaths[1] = "x"
         other.mounts[1].options[1] = "x"

         assert.not_equal("x", new().linux.maskedPaths[1])
         assert.not_equal("x", new().mounts[1].options[1])
      end)
   end)

   it("cuts a host name out of a long id", function()
      local id = ("a"):rep(63) .. "-" .. ("b"):rep(12)

      assert.equal(("a"):rep(63), new({ id = id }).hostname)
   end)

   it("keeps an engine's cgroups apart", function()
      local made = new({}, { cgroup_prefix = "/neap-0a1b2c3d" })

      assert.equal("/neap-0a1b2c3d/default/web", made.linux.cgroupsPath)
   end)

   it("takes what the config says", function()
      local made = new {
         args = { "sh", "-c", "x" }, env = { "A=1", "PATH=/bin" }, cwd = "/tmp",
         hostname = "h", readonly = true, user = { uid = 5, gid = 6 }, oom_score_adj = 100,
         no_new_privileges = true, sysctl = { ["net.ipv4.ip_forward"] = "1" },
         masked_paths = {}, annotations = { a = "b" }, shm_size = 1 << 20,
      }

      assert.same({ "sh", "-c", "x" }, made.process.args)
      assert.same({ "PATH=/bin", "A=1" }, made.process.env)
      assert.equal("/tmp", made.process.cwd)
      assert.equal("h", made.hostname)
      assert.is_true(made.root.readonly)
      assert.same({ uid = 5, gid = 6, additionalGids = { 6 } }, made.process.user)
      assert.equal(100, made.process.oomScoreAdj)
      assert.is_true(made.process.noNewPrivileges)
      assert.same({ ["net.ipv4.ip_forward"] = "1" }, made.linux.sysctl)
      assert.same({}, made.linux.maskedPaths)
      assert.is_true(json.is_array(made.linux.maskedPaths))
      assert.same({ a = "b" }, made.annotations)
      assert.equal("size=1048576", mount_at(made, "/dev/shm").options[5])
   end)

   it("sets a terminal's TERM unless it is given", function()
      local env = new({ terminal = true }).process.env
      assert.equal("TERM=xterm", env[#env])
      assert.is_true(new({ terminal = true }).process.terminal)

      env = new({ terminal = true, env = { "TERM=vt100" } }).process.env
      assert.equal("TERM=vt100", env[#env])
   end)

   it("sets variables from files, which env goes before", function()
      local files = { ["/a"] = "A=file\nB=file\nHERE\nGONE\n", ["/b"] = "B=last" }
      local origin = {}
      local made = new({ env_file = { "/a", "/b" }, env = { "A=env" } }, {
         origin = origin, image = { Env = { "A=image", "C=image" } },
         machine = {
            read = function(path) return files[path] end,
            getenv = function(name) return name == "HERE" and "1" or nil end,
         },
      })
      assert.same({ "A=env", "C=image", "B=last", "HERE=1" }, made.process.env)
      assert.equal("env", origin["process.env[A]"])
      assert.equal("env_file", origin["process.env[B]"])
      assert.equal("image", origin["process.env[C]"])
   end)

   it("says which file of variables is none", function()
      local function why(text)
         local _, err = spec.new(config { env_file = { "/a" } }, { namespace = "default",
            machine = { read = function() return text, "it is gone" end, getenv = os.getenv } })
         return err.message
      end
      assert.equal('env_file: "/a": it is gone', why(nil))
      assert.equal('env_file: "/a": line 2: "=x" names no variable', why "A=1\n=x")
      assert.matches("args and env have 7", why(("A%d=" .. ("x"):rep(100000) .. "\n"):rep(70)
         :gsub("%%d", (function()
            local n = 0
            return function()
               n = n + 1
               return n
            end
         end)())))
   end)

   it("gives a terminal its size, and a domain its name", function()
      local made = new { terminal = true, console_size = { width = 80, height = 24 },
         domainname = "example", sysctl = { ["net.ipv4.ip_forward"] = "1" } }
      assert.same({ width = 80, height = 24 }, made.process.consoleSize)
      assert.same({ ["kernel.domainname"] = "example", ["net.ipv4.ip_forward"] = "1" },
         made.linux.sysctl)
      made = new { domainname = "example", sysctl = { ["kernel.domainname"] = "other" } }
      assert.equal("other", made.linux.sysctl["kernel.domainname"])
   end)

   describe("with an init", function()
      local function bound_at(made, destination)
         return assert(mount_at(made, destination))
      end

      it("has it before the arguments, in its /dev", function()
         local origin = {}
         local made = new({ init = "/tini", args = { "sh", "-c" } }, { origin = origin })
         assert.same({ "/dev/init", "--", "sh", "-c" }, made.process.args)
         assert.same({ type = "bind", source = "/tini", options = { "bind", "ro" },
            destination = "/dev/init" }, bound_at(made, "/dev/init"))
         assert.equal("args, init", origin["process.args"])
         assert.equal("init", origin["mounts[/dev/init]"])
         assert.same({ "sh" }, new({ init = false, args = { "sh" } }).process.args)
      end)

      it("has it where docker has it in a /dev that is another's", function()
         local dev = { type = "bind", source = "/dev", destination = "/dev" }
         local made = new { init = "/tini", mounts = { dev } }
         assert.equal("/sbin/docker-init", made.process.args[1])
         assert.equal("/tini", bound_at(made, "/sbin/docker-init").source)
      end)

      it("needs to be process 1, and a place", function()
         local whole = new()
         local rows = {
            { { { type = "mount" }, { type = "uts" } }, nil, "would not be process 1" },
            { { { type = "mount" }, { type = "uts" }, { type = "pid", path = "/proc/1/ns/pid" } },
               nil, "would not be process 1" },
            { nil, { { destination = "/dev/init", type = "tmpfs" } }, "/dev/init, is a mount's" },
         }
         for _, row in ipairs(rows) do
            whole.linux.namespaces = row[1] or new().linux.namespaces
            whole.mounts = nil
            local made, err = spec.new(config {
               spec = whole, init = "/tini", mounts = row[2] and { {
                  destination = "/dev", type = "tmpfs", source = "tmpfs" }, row[2][1] },
            }, context)
            assert.is_nil(made)
            assert.matches(row[3], err.message, 1, true)
         end
      end)
   end)

   it("puts limits beside the device rules", function()
      local resources = new({ resources = { memory = { limit = 1 } } }).linux.resources

      assert.same({ limit = 1 }, resources.memory)
      assert.equal(10, #resources.devices)
   end)

   it("writes unlimited ulimits as unsigned numbers", function()
      local ulimits = require("neap.config.ulimits").parse { core = -1 }
      local rlimit = new({ ulimits = ulimits }).process.rlimits[1]

      assert.equal("RLIMIT_CORE", rlimit.type)
      assert.equal(INFINITY, tostring(rlimit.hard))
   end)

   local capabilities = {
      { "adds", { cap_add = { "CAP_SYS_TIME" } }, 15 },
      { "adds nothing twice", { cap_add = { "CAP_KILL" } }, 14 },
      { "drops", { cap_drop = { "CAP_KILL", "CAP_MKNOD" } }, 12 },
      { "drops all", { cap_drop = { "ALL" } }, 0 },
      { "drops all but one", { cap_drop = { "ALL" }, cap_add = { "CAP_KILL" } }, 1 },
      { "adds all", { cap_add = { "ALL" } }, 41 },
      { "adds all but one", { cap_add = { "ALL" }, cap_drop = { "CAP_KILL" } }, 40 },
   }
   for _, case in ipairs(capabilities) do
      it(case[1] .. " capabilities", function()
         local sets = new(case[2]).process.capabilities

         assert.equal(case[3], #sets.bounding)
         assert.same(sets.bounding, sets.effective)
         assert.is_true(json.is_array(sets.permitted))
      end)
   end

   it("lets a mount take the place of a default one", function()
      local made = new { mounts = { { destination = "/run", type = "bind", source = "/r" } } }

      assert.equal(7, #made.mounts)
      assert.equal("/r", mount_at(made, "/run").source)
   end)

   describe("of networks", function()
      it("has one of its own with none", function()
         assert.is_true(namespaces(new { network = { kind = "none" } }).network)
      end)

      it("shares the host's, and its names", function()
         local made = new { network = { kind = "host" } }

         assert.is_nil(namespaces(made).network)
         assert.same({ "rbind", "ro" }, mount_at(made, "/etc/hosts").options)
         assert.equal("/etc/resolv.conf", mount_at(made, "/etc/resolv.conf").source)
      end)

      it("leaves out what the host does not have", function()
         local made = new({ network = { kind = "host" } }, {
            machine = { exists = function(path) return path ~= "/etc/hosts" end },
         })

         assert.is_nil(mount_at(made, "/etc/hosts"))
         assert.is_table(mount_at(made, "/etc/resolv.conf"))
      end)

      it("leaves the user's own /etc/hosts alone", function()
         local hosts = { destination = "/etc/hosts", type = "bind", source = "/mine" }
         local made = new { network = { kind = "host" }, mounts = { hosts } }

         assert.equal("/mine", mount_at(made, "/etc/hosts").source)
      end)

      it("joins another container's", function()
         local made = new({ network = { kind = "container", id = "db" } }, {
            joined = { db = { pid = 42 } },
         })

         assert.equal("/proc/42/ns/net", namespaces(made).network)
      end)
   end)

   describe("of user namespaces", function()
      local mapping = { { containerID = 0, hostID = 100000, size = 65536 } }
      local small = { { containerID = 0, hostID = 100000, size = 1 } }

      it("maps ids", function()
         local made = new { userns = { uidMappings = mapping, gidMappings = mapping } }

         assert.is_true(namespaces(made).user)
         assert.same(mapping, made.linux.uidMappings)
         assert.equal("gid=5", mount_at(made, "/dev/pts").options[6])
      end)

      it("gives terminals to no group that is not mapped", function()
         local made = new { userns = { uidMappings = small, gidMappings = small } }

         for _, option in ipairs(mount_at(made, "/dev/pts").options) do
            assert.not_equal("gid=5", option)
         end
      end)

      it("shows the host's sysfs with the host's network", function()
         local made = new {
            userns = { uidMappings = mapping, gidMappings = mapping }, network = { kind = "host" },
         }

         assert.equal("bind", mount_at(made, "/sys").type)
      end)
   end)

   describe("of users by name", function()
      local files = {
         ["/etc/passwd"] = "root:x:0:0::/:/bin/sh\nwww:x:33:33::/:\nnew:x:1000:50::/:\n",
         ["/etc/group"] = "root:x:0:\nwww:x:33:\nadm:x:4:www,new\nlog:x:9:www\n",
      }
      local function read_file(path) return files[path] end
      local function user(wanted, read)
         local made, err = spec.new(
            config { user = wanted }, { namespace = "default", read_file = read }
         )
         return made and made.process.user, err
      end

      local cases = {
         { "a name", { name = "www" }, { uid = 33, gid = 33, additionalGids = { 33, 4, 9 } } },
         { "a number", { uid = 1000 }, { uid = 1000, gid = 50, additionalGids = { 50, 4 } } },
         { "a number unknown", { uid = 7 }, { uid = 7, gid = 0, additionalGids = { 0 } } },
         { "name:group", { name = "www", group = "adm" },
            { uid = 33, gid = 4, additionalGids = { 4 } } },
         { "uid:gid", { uid = 1, gid = 2 }, { uid = 1, gid = 2, additionalGids = { 2 } } },
         { "name:gid", { name = "new", gid = 2 }, { uid = 1000, gid = 2, additionalGids = { 2 } } },
      }
      local extra = {
         { "the user's own and more", { name = "www" }, { 9, "adm", 70, "log", 70 },
            { 33, 4, 9, 70 } },
         { "a given group and more", { uid = 1, gid = 2 }, { "adm" }, { 2, 4 } },
         { "root's and more", nil, { "www" }, { 0, 33 } },
      }
      for _, case in ipairs(extra) do
         it("gives " .. case[1], function()
            local made = new({ user = case[2], groups = case[3] }, { read_file = read_file })
            assert.same(case[4], made.process.user.additionalGids)
            assert.is_true(json.is_array(made.process.user.additionalGids))
         end)
      end

      it("adds groups to those of a whole spec", function()
         local whole = new()
         whole.process.user = { uid = 5, gid = 6 }
         local made = new({ spec = whole, groups = { 7 } })
         assert.same({ uid = 5, gid = 6, additionalGids = { 6, 7 } }, made.process.user)
      end)

      it("notes who added groups", function()
         local origin = {}
         new({ user = { uid = 1 }, groups = { 7 } }, { origin = origin })
         assert.equal("user", origin["process.user"])
         assert.equal("groups", origin["process.user.additionalGids"])
      end)

      it("fails where a file that it needs is unfit", function()
         local function unfit(path) return nil, "the rootfs's " .. path .. " is a riddle" end
         local rows = {
            { { user = { name = "www" } }, "user: the rootfs's /etc/passwd is a riddle" },
            { { user = { uid = 7 } }, "user: the rootfs's /etc/passwd is a riddle" },
            { { user = { uid = 7, group = "g" } }, "user: the rootfs's /etc/group is a riddle" },
            { { groups = { 1, "g" } }, "groups[2]: the rootfs's /etc/group is a riddle" },
         }
         for _, row in ipairs(rows) do
            local made, err = spec.new(config(row[1]), {
               namespace = "default", read_file = unfit,
            })
            assert.is_nil(made)
            assert.equal(row[2], err.message)
         end
         assert.equal(7, new({ user = { uid = 7, gid = 8 } }, { read_file = unfit })
            .process.user.uid)
      end)

      it("reads each file once, and none that it does not need", function()
         local reads = {}
         local function counted(path)
            reads[#reads + 1] = path
            return files[path]
         end
         new({ user = { name = "www" }, groups = { "adm" } }, { read_file = counted })
         assert.same({ "/etc/passwd", "/etc/group" }, reads)
         reads = {}
         new({ user = { uid = 1, gid = 1 }, groups = { 5 } }, { read_file = counted })
         new({}, { read_file = counted })
         assert.same({}, reads)
      end)

      for _, case in ipairs(cases) do
         it("looks up " .. case[1], function()
            assert.same(case[3], user(case[2], read_file))
         end)
      end

      it("says which name the rootfs does not know", function()
         local _, err = user({ name = "nobody" }, read_file)
         assert.equal('user: the rootfs has no user "nobody"', err.message)

         _, err = spec.new(config { groups = { "none" } }, { namespace = "default" })
         assert.equal('groups[1]: the rootfs has no group "none"', err.message)

         _, err = user({ uid = 1, group = "none" }, read_file)
         assert.equal('user: the rootfs has no group "none"', err.message)
         assert.equal("invalid_argument", err.code)
         assert.equal("web", err.id)
      end)

      it("knows only numbers without the rootfs", function()
         assert.same({ uid = 7, gid = 0, additionalGids = { 0 } }, user { uid = 7 })
         assert.is_nil((user { name = "www" }))
      end)
   end)

   describe("of an image", function()
      local image = {
         Entrypoint = { "/entry" }, Cmd = { "default" }, Env = { "PATH=/opt", "A=1" },
         WorkingDir = "/srv", User = "5:6",
      }
      local function from_image(fields)
         fields.id, fields.image = "web", "x"
         return assert(spec.new(fields, { namespace = "default", image = image }))
      end

      it("starts as the image says", function()
         local made = from_image {}

         assert.equal("rootfs", made.root.path)
         assert.same({ "/entry", "default" }, made.process.args)
         assert.same({ "PATH=/opt", "A=1" }, made.process.env)
         assert.equal("/srv", made.process.cwd)
         assert.equal(5, made.process.user.uid)
      end)

      it("puts the config's words in their places", function()
         local made = from_image { args = { "x" }, env = { "A=2" }, cwd = "/", user = { uid = 0 } }

         assert.same({ "/entry", "x" }, made.process.args)
         assert.same({ "PATH=/opt", "A=2" }, made.process.env)
         assert.equal("/", made.process.cwd)
         assert.equal(0, made.process.user.uid)
      end)

      it("drops the image's command with an entrypoint", function()
         assert.same({ "/e" }, from_image({ entrypoint = { "/e" } }).process.args)
      end)

      it("needs a command from somewhere", function()
         local made, err = spec.new(
            { id = "web", image = "x" }, { namespace = "default", image = {} }
         )

         assert.is_nil(made)
         assert.equal(
            "args: missing (neither the config nor the image names a command)", err.message
         )
      end)
   end)

   describe("through a function", function()
      it("is edited", function()
         local made = new { spec = function(s) s.hostname = "edited" end }

         assert.equal("edited", made.hostname)
      end)

      it("is replaced", function()
         local function own()
            return { ociVersion = "1.0.2", process = { args = { "x" }, cwd = "/" },
               root = { path = "/r" }, linux = { namespaces = { { type = "mount" } } } }
         end

         assert.same(own(), new { spec = own })
      end)

      local function fails(fn)
         local made, err = spec.new(config { spec = fn }, context)
         assert.is_nil(made)
         return err.message
      end

      it("must come out whole", function()
         assert.equal("spec: the function returned 7 (a whole spec, or nothing)",
            fails(function() return 7 end))
         assert.equal("spec.ociVersion: missing", fails(function() return {} end))
         assert.equal("spec.process: missing", fails(function(s) s.process = nil end))
         assert.equal("spec.process.args[1]: 1 is not a string",
            fails(function(s) s.process.args = { 1 } end))
         assert.matches("names a command", fails(function(s) s.process.args = {} end), 1, true)
         for _, none in ipairs { {}, 1, { { type = "pid" } }, { "mount" } } do
            assert.matches("spec.linux.namespaces",
               fails(function(s) s.linux.namespaces = none end), 1, true)
         end
      end)

      it("passes what the function raises", function()
         assert.has_error(function() new { spec = function() error("mine", 0) end } end, "mine")
      end)
   end)

   describe("that is whole", function()
      it("is kept as it is", function()
         local given = {
            ociVersion = "1.0.0", process = { args = { "x" }, cwd = "/", env = {} },
            root = { path = "/r" }, extra = { 1 },
            linux = { cgroupsPath = "/mine", namespaces = { { type = "mount" } } },
         }
         local made = assert(spec.new({ id = "web", spec = given }, context))

         assert.same(given, made)
         assert.not_equal(given, made)
      end)

      it("gets what it lacks and needs", function()
         local given = { process = { args = { "x" } },
            linux = { namespaces = { { type = "mount" } } } }
         local made = assert(spec.new(
            { id = "web", rootfs = "/r", cwd = "/tmp", spec = given }, context
         ))

         assert.equal("/r", made.root.path)
         assert.equal("/tmp", made.process.cwd)
         assert.equal("/default/web", made.linux.cgroupsPath)
         assert.is_nil(made.mounts)
      end)
   end)

   it("is small on Windows", function()
      local made = new({ rootfs = false }, { platform = "windows" })

      assert.equal("C:\\", made.process.cwd)
      assert.same({}, made.windows)
      assert.is_nil(made.linux)
   end)

   describe("of an exec", function()
      local base = new { env = { "A=1" }, cwd = "/srv", terminal = true }
      base.process.consoleSize = { width = 1, height = 1 }

      it("is the container's with another command", function()
         local process = assert(spec.exec(base, { id = "x", args = { "id" } }))

         assert.same({ "id" }, process.args)
         assert.equal("/srv", process.cwd)
         assert.same(base.process.env, process.env)
         assert.same(base.process.capabilities, process.capabilities)
         assert.is_nil(process.terminal)
         assert.is_nil(process.consoleSize)
         assert.same({ "true" }, base.process.args)
      end)

      it("changes what is asked for", function()
         local process = assert(spec.exec(base, {
            id = "x", args = { "id" }, env = { "A=2", "B=3" }, cwd = "/", terminal = true,
            user = { uid = 9 },
         }))

         assert.equal(9, process.user.uid)
         assert.equal("/", process.cwd)
         local sized = assert(spec.exec(base, { id = "x", args = { "id" }, terminal = true,
            console_size = { width = 1, height = 2 } }))
         assert.same({ width = 1, height = 2 }, sized.consoleSize)
         local more = assert(spec.exec(base, { id = "x", args = { "id" }, groups = { 5 } }))
         assert.same({ base.process.user.gid, 5 }, more.user.additionalGids)
         assert.is_true(process.terminal)
         local env = table.concat(process.env, " ")
         assert.matches("A=2 TERM=xterm B=3", env, 1, true)
      end)

      it("fails on a user that is not there", function()
         local process, err = spec.exec(base, { id = "x", args = { "id" }, user = { name = "u" } })

         assert.is_nil(process)
         assert.equal("task.exec", err.op)
      end)
   end)

   describe("with concerns of the user's own", function()
      it("has one in the place of another, and leaves one out", function()
         local made = new {
            hostname = "given", cap_add = { "SYS_ADMIN" },
            concerns = {
               capabilities = false,
               hostname = function(target, options, inner)
                  target.hostname = options.hostname .. "." .. inner.namespace
               end,
            },
         }

         assert.equal("given.default", made.hostname)
         assert.is_nil(made.process.capabilities)
      end)

      it("is refused where one says why", function()
         local made, err = spec.new(config {
            concerns = { paths = function() return nil, "paths: never" end },
         }, context)

         assert.is_nil(made)
         assert.same({ "invalid_argument", "paths: never" }, { err.code, err.message })
      end)
   end)
end)
