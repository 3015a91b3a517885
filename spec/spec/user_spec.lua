local json = require "neap.json"
local spec = require "neap.spec"
local oci = require "support.oci"

local config, new = oci.config, oci.new

describe("neap.spec of users by name", function()
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
