local propagation = require "neap.spec.propagation"
local spec = require "neap.spec"

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
