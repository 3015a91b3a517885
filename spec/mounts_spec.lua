local config = require "neap.config"
local id = require "neap.id"
local place = require "neap.volume.place"
local propagation = require "neap.spec.propagation"
local spec = require "neap.spec"
local use = require "neap.volume.use"

local THERE <const> = {
   ["/srv"] = true, ["/etc/hosts"] = true, ["/proc"] = true, ["/dev"] = true,
   ["/dev/null"] = true, ["/srv/../up"] = true,
}
local context = { cwd = "/srv", fs = {
   realpath = function(path) return path end,
   stat = function(path)
      if THERE[path] or path == "/root" then return { type = "directory" } end
      return nil, "ENOENT"
   end,
} }

local function create(fields)
   fields.rootfs, fields.args = fields.rootfs or "/root", { "true" }
   return config.create(fields, context)
end

local function one(mount)
   local checked, err = create { mounts = { mount } }
   if not checked then return nil, err end
   local made = checked.mounts[1]
   return ("%s %s %s %s"):format(
      made.type, made.source, made.destination, table.concat(made.options or {}, ",")
   )
end

describe("a mount", function()
   local good = {
      { "/srv:/b", "bind /srv /b rbind,rprivate,rw" },
      { "/srv:/b:ro", "bind /srv /b rbind,rprivate,ro" },
      { "/srv:/b:bind,noexec,rslave", "bind /srv /b bind,rslave,rw,noexec" },
      { "/srv:/a/../b//", "bind /srv /b rbind,rprivate,rw" },
      { ".:/b", "bind /srv /b rbind,rprivate,rw" },
      { "../up:/b", "bind /srv/../up /b rbind,rprivate,rw" },
      { { type = "bind", source = "/srv", target = "/b", readonly = true },
         "bind /srv /b rbind,rprivate,ro" },
      { { source = "/srv", target = "/b", recursive = false, propagation = "shared" },
         "bind /srv /b bind,shared,rw" },
      { { source = "/srv", destination = "/b", readonly = false, options = { "nodev" } },
         "bind /srv /b rbind,rprivate,rw,nodev" },
      { { type = "tmpfs", target = "/t" }, "tmpfs tmpfs /t rw,nosuid,nodev,noexec" },
      { { type = "tmpfs", target = "/t", size = "64m", mode = "1770", readonly = true },
         "tmpfs tmpfs /t ro,nosuid,nodev,noexec,size=67108864,mode=1770" },
      { { type = "tmpfs", target = "/t", options = { "exec", "uid=5", "nr_inodes=9" } },
         "tmpfs tmpfs /t rw,nosuid,nodev,exec,uid=5,nr_inodes=9" },
      { { type = "cgroup", target = "/sys/fs/cgroup" },
         "cgroup cgroup /sys/fs/cgroup ro,nosuid,noexec,nodev,relatime" },
      { { type = "cgroup", target = "/sys/fs/cgroup", readonly = false },
         "cgroup cgroup /sys/fs/cgroup rw,nosuid,noexec,nodev,relatime" },
      { { type = "mqueue", target = "/mq", readonly = true },
         "mqueue mqueue /mq nosuid,noexec,nodev,ro" },
      { { type = "proc", target = "/proc" }, "proc proc /proc nosuid,noexec,nodev" },
      { { type = "sysfs", target = "/sys2" }, "sysfs sysfs /sys2 nosuid,noexec,nodev,ro" },
      { "/proc:/proc", "bind /proc /proc rbind,rprivate,rw" },
      { "/etc/hosts:/proc/meminfo:ro", "bind /etc/hosts /proc/meminfo rbind,rprivate,ro" },
      { "/dev:/dev", "bind /dev /dev rbind,rprivate,rw" },
      { "data:/b", "volume data /b rbind,rprivate,rw" },
      { "data:/b:ro,nocopy", "volume data /b rbind,rprivate,ro" },
      { { type = "volume", source = "data", destination = "/b" },
         "volume data /b rbind,rprivate,rw" },
      { { source = "data", target = "/b", readonly = true }, "volume data /b rbind,rprivate,ro" },
   }
   for i, case in ipairs(good) do
      it(("is read: %d, %s"):format(i, case[2]), function()
         local made, err = one(case[1])
         if not made then error(err) end
         assert.equal(case[2], made)
      end)
   end

   local bad = {
      { "/srv:/b:ro,rw", "ro and rw exclude each other" },
      { "/srv:/b:shared,rslave", "shared and rslave exclude each other" },
      { "/srv:/b:z", '"z" is not an option of this mount (bind, dev,' },
      { "/srv:/b:ro:x", "is not a mount" },
      { "/srv:/a/..", 'destination "/a/.." is not an absolute path below "/"' },
      { "/srv:/../", 'is not an absolute path below "/"' },
      { "/srv:/proc", 'destination "/proc": only a proc is mounted there' },
      { "/srv:/x/../proc/", 'destination "/proc": only a proc is mounted there' },
      { "/srv:/proc/self/attr", 'destination "/proc/self/attr" is inside /proc' },
      { { type = "tmpfs", target = "/proc/sys" }, 'destination "/proc/sys" is inside /proc' },
      { { type = "tmpfs", destination = "/proc" }, 'destination "/proc": only a proc' },
      { { type = "tmpfs", target = "/proc/meminfo" }, "is inside /proc" },
      { "/srv:/dev", 'destination "/dev": the runtime needs a device "null" there' },
      { { type = "tmpfs", target = "/dev" }, 'destination "/dev": no device can be opened there' },
      { { type = "bind", source = "/srv", destination = "/b", uidMappings = {} },
         "uidMappings: the runtime leaves it out without a word" },
      { { type = "bind", source = "/srv", destination = "/b", gidMappings = {} },
         "gidMappings: the runtime leaves it out without a word" },
      { "/srv:/b\0c", "NUL" },
      { "/srv\0c:/b", "NUL" },
      { "/gone/../srv:/b", 'source "/gone/../srv" does not exist' },
      { { type = "nfs", target = "/b", size = 1 }, 'type: "nfs" is not a type of mount (bind,' },
      { { target = "/b" }, "type: missing (bind," },
      { "da ta:/b", 'source: "da ta" is not an id' },
      { "..:b", "is not an absolute path" },
      { "a..b:/b", 'source: "a..b" is not an id' },
      { ".hidden:/b", 'source: ".hidden" is not an id' },
      { ("a"):rep(77) .. ":/b", "is 77 characters long" },
      { "a\0:/b", "is not an id" },
      { "data:/dev", 'destination "/dev": the runtime needs a device "null" there' },
      { "data:/proc", 'destination "/proc": only a proc is mounted there' },
      { "data:/b:shared", 'options: "shared" is not an option of this mount' },
      { { type = "volume", source = "/srv", target = "/b" },
         'source: "/srv" is not an id (' },
      { { type = "volume", source = "v", target = "/b", labels = "x" }, "labels: " },
      { { type = "volume", source = "v", target = "/b", nocopy = 1 }, "nocopy: 1 is not true" },
      { { source = "/srv", target = "/b", nocopy = true }, "nocopy: a mount of type bind has" },
      { { type = "bind", target = "/b" }, "source: missing (a bind mount needs one)" },
      { { type = "bind", source = "/srv", target = "/b", size = 1 },
         "size: a mount of type bind has none" },
      { { type = "tmpfs", source = "x", target = "/b" }, "source: a mount of type tmpfs has none" },
      { { type = "tmpfs", target = "/t", size = "big" }, 'size: "big" is not a size' },
      { { type = "tmpfs", target = "/t", mode = 1777 }, "mode: 1777 is not a mode in octal" },
      { { type = "tmpfs", target = "/t", mode = "999" }, 'mode: "999" is not a mode in octal' },
      { { type = "tmpfs", target = "/t", options = { "huge=always" } },
         '"huge=always" is not an option of a tmpfs' },
      { { type = "tmpfs", target = "/t", options = { "uid=-1" } }, "uid: " },
      { { type = "tmpfs", target = "/t", size = 1, options = { "size=2" } },
         "size is given twice" },
      { { source = "/srv", target = "/b", readonly = "no" }, 'readonly: "no" is not true or' },
      { { source = "/srv", target = "/b", readonly = true, options = { "rw" } },
         "rw and ro exclude each other" },
      { { source = "/srv", target = "/b", propagation = "ro" },
         'propagation: "ro" is none (private, rprivate, rshared,' },
      { { source = "/srv", target = "/b", destination = "/c" }, "both are given" },
      { { source = "/srv", target = "/b", nonrecursive = true },
         'nonrecursive: unknown field, use "recursive"' },
   }
   for i, case in ipairs(bad) do
      it(("is refused: %d, %s"):format(i, case[2]), function()
         local made, err = one(case[1])
         assert.is_nil(made)
         assert.equal("invalid_argument", err.code)
         assert.truthy(err.message:find("mounts[1]: ", 1, true), err.message)
         assert.truthy(err.message:find(case[2], 1, true), err.message)
      end)
   end

   it("is one for each destination, however it is written", function()
      for _, other in ipairs { "/b/", "/x/../b", "//b", "/./b" } do
         local _, err = create { mounts = { "/srv:/b", "/srv:" .. other } }
         assert.truthy(err.message:find('mounts[2]: "/b" is taken by mounts[1]', 1, true))
      end
   end)
end)

describe("a volume", function()
   it("without a name gets one of its own", function()
      local names = {}
      for _, given in ipairs { "/b", { type = "volume", target = "/b" } } do
         local checked = assert(create { mounts = { given } })
         local mount = checked.mounts[1]
         assert.is_true(mount.is_anonymous)
         assert.matches("^%x+$", mount.source)
         assert.equal(32, #mount.source)
         names[mount.source] = true
      end
      assert.is_truthy(next(names, next(names)))
      assert.is_nil(create({ mounts = { "data:/b" } }).mounts[1].is_anonymous)
   end)

   it("is a directory of ours in the spec", function()
      local checked = assert(create {
         mounts = { "data:/b:ro", { type = "volume", source = "x", target = "/x", nocopy = true } },
      })
      assert.is_true(checked.mounts[2].nocopy)
      local made = assert(spec.new(checked, {
         namespace = "n", id = "i", volume = function(name) return "/volumes/" .. name end,
      }))
      assert.same({
         type = "bind", source = "/volumes/data", destination = "/b",
         options = { "rbind", "rprivate", "ro" },
      }, made.mounts[#made.mounts - 1])
   end)

   it("is known by what a container's spec mounts", function()
      local function of(name, ...)
         local mounts = {}
         for i, source in ipairs { ... } do mounts[i] = { source = source, destination = "/x" } end
         return { id = name, spec = { mounts = mounts } }
      end
      assert.same({ data = { "a", "b" }, other = { "b" } }, use.of({
         of("a", "/v/ns/data/_data", "proc", "/v/ns"),
         of("b", "/v/ns/data/_data/sub", "/v/ns/x/../other/_data", "/v/ns2/data/_data"),
         { id = "c" }, { id = "d", spec = "text" }, { id = "e", spec = { mounts = { 5 } } },
      }, "/v/ns"))
   end)

   it("leaves no file open that its process was read from", function()
      local function open_files()
         local count = 0
         for _ in require("lfs").dir "/proc/self/fd" do count = count + 1 end
         return count
      end
      collectgarbage()
      collectgarbage "stop"
      local before = open_files()
      for _ = 1, 8 do place.passing("new", "data") end
      local after = open_files()
      collectgarbage "restart"
      assert.is_true(after < before + 8)
   end)

   it("comes and goes by names that no volume has", function()
      for _, kind in ipairs { "new", "gone" } do
         local passing = place.passing(kind, "data.x-1")
         assert.is_nil((id.parse(passing)))
         local found, pid, name = place.read(passing)
         assert.same({ kind, "data.x-1" }, { found, name })
         assert.is_not_nil(io.open("/proc/" .. pid .. "/stat"))
      end
      for _, other in ipairs { ".old-1-ab-x", ".new-1-ab-..", ".new-x-ab-y", "data", ".new" } do
         assert.is_nil((place.read(other)))
      end
   end)
end)

describe("tmpfs", function()
   it("is read from a string, a list, and a table by destination", function()
      local made = { type = "tmpfs", source = "tmpfs", destination = "/run",
         options = { "rw", "nosuid", "nodev", "noexec", "size=1024" } }
      for _, given in ipairs { "/run:size=1k", { "/run:size=1k" }, { ["/run"] = "size=1k" } } do
         assert.same({ made }, assert(create { tmpfs = given }).tmpfs)
      end
      made.options[5] = nil
      assert.same({ made }, assert(create { tmpfs = { ["/run"] = "" } }).tmpfs)
   end)

   it("is a place of devices where it says so", function()
      assert.equal("/dev", assert(create { tmpfs = "/dev:dev" }).tmpfs[1].destination)
   end)

   local bad = {
      { { tmpfs = 5 }, "tmpfs: 5 is not a list" },
      { { tmpfs = { [true] = "x" } }, "tmpfs[1]: false is not a tmpfs" },
      { { tmpfs = "/run:size=1k:ro" }, "tmpfs[1]: " },
      { { tmpfs = "run" }, 'tmpfs[1]: destination "run" is not an absolute' },
      { { tmpfs = "/run:rprivate" }, 'tmpfs[1]: "rprivate" is not an option of this mount' },
      { { tmpfs = "/proc" }, 'tmpfs[1]: destination "/proc": only a proc' },
      { { tmpfs = "/dev:size=1m" }, 'tmpfs[1]: destination "/dev": no device can be opened' },
      { { shm_size = 0 }, "shm_size: 0 bytes would be no limit" },
      { { shm_size = "big" }, 'shm_size: "big" is not a size' },
      { { tmpfs = "/b", mounts = { "/srv:/b" } }, 'tmpfs[1]: "/b" is taken by mounts[1]' },
      { { tmpfs = "/dev/shm", shm_size = 1 }, 'shm_size: something else is mounted at "/dev/shm"' },
      { { mounts = { "/srv:/dev/shm" }, shm_size = 1 }, "shm_size: something else is mounted" },
   }
   for _, case in ipairs(bad) do
      it("is refused: " .. case[2], function()
         local made, err = create(case[1])
         assert.is_nil(made)
         assert.truthy(err.message:find(case[2], 1, true), err.message)
      end)
   end
end)

local INFO <const> = table.concat({
   "22 27 0:21 / /proc rw,relatime - proc proc rw",
   "27 1 254:0 / / rw,relatime - ext4 /dev/vda rw",
   "40 27 0:40 / /sh rw shared:7 - tmpfs tmpfs rw",
   "41 40 0:41 / /sh/private rw - tmpfs tmpfs rw",
   "42 27 0:42 / /sl\\040ave rw master:7 - tmpfs tmpfs rw",
   "43 27 0:43 / /top rw shared:9 - tmpfs a rw",
   "44 43 0:44 / /top rw - tmpfs b rw",
}, "\n") .. "\n"

local function make(list, more)
   local given = {}
   for i, mount in ipairs(list) do
      given[i] = { type = "bind", source = mount[1], destination = mount[2],
         options = { "rbind", mount[3] } }
   end
   local notes = {}
   local config_of = { args = { "true" }, rootfs = "/r", mounts = given }
   for name, value in pairs(more or {}) do config_of[name] = value end
   local made, err = spec.new(config_of, {
      namespace = "n", id = "i", origin = notes,
      machine = {
         exists = function() return true end,
         read = function(path) return path == "/proc/self/mountinfo" and INFO or nil end,
         realpath = function(path) return path == "/link" and "/sh/x" or path end,
      },
   })
   return made, err, notes
end

describe("propagation", function()
   it("finds the mount that a path is in", function()
      local function at(path) return (propagation.mount_of(INFO, path)) end
      assert.equal("/", at "/shell")
      assert.equal("/sh", at "/sh/a")
      assert.equal("/sh/private", at "/sh/private/b")
      assert.equal("/sl ave", at "/sl ave/x")
      assert.equal("", (select(2, propagation.mount_of(INFO, "/top"))))
   end)

   it("opens the root as far as the mounts ask", function()
      local rows = {
         { { { "/sh/a", "/a", "rprivate" } }, nil },
         { { { "/sh/a", "/a", "rslave" } }, "rslave" },
         { { { "/sl ave/a", "/a", "slave" } }, "rslave" },
         { { { "/link", "/a", "shared" } }, "shared" },
         { { { "/sh", "/a", "rslave" }, { "/sh", "/b", "rshared" } }, "shared" },
         { { { "/sh", "/a", "rshared" }, { "/sh", "/b", "rslave" } }, "shared" },
      }
      for _, row in ipairs(rows) do
         local made, err, notes = make(row[1])
         if not made then error(err) end
         assert.equal(row[2], made.linux.rootfsPropagation)
         assert.equal(row[2] and "mounts", notes["linux.rootfsPropagation"])
      end
   end)

   it("is refused where the source's mount has none", function()
      local rows = {
         { "/sh/private/x", "rshared",
            'source "/sh/private/x" is mounted on "/sh/private", which is no shared mount' },
         { "/sl ave", "shared", "which is no shared mount" },
         { "/srv", "slave", 'mounted on "/", which is no shared or slave mount' },
         { "/top", "rslave", "which is no shared or slave mount" },
      }
      for _, row in ipairs(rows) do
         local made, err = make { { row[1], "/a", row[2] } }
         assert.is_nil(made)
         assert.equal("invalid_argument", err.code)
         assert.truthy(err.message:find("mounts[/a]: ", 1, true), err.message)
         assert.truthy(err.message:find(row[3], 1, true), err.message)
      end
   end)
end)

describe("the order of mounts", function()
   it("is by depth, and keeps a default's place", function()
      local made = make({
         { "/a", "/x/y/z", "ro" }, { "/b", "/x", "ro" }, { "/c", "/x/y", "ro" },
         { "/d", "/dev", "ro" },
      }, { tmpfs = { { destination = "/t", type = "tmpfs", source = "tmpfs" } } })
      local order = {}
      for i, mount in ipairs(made.mounts) do order[i] = mount.destination end
      assert.same({ "/proc", "/dev", "/dev/pts", "/dev/shm", "/dev/mqueue", "/sys", "/run",
         "/x", "/t", "/x/y", "/x/y/z" }, order)
      assert.equal("/d", made.mounts[2].source)
   end)
end)
