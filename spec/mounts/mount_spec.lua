local mounts = require "support.mounts"

local create, one = mounts.create, mounts.one

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
