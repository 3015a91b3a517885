local path = require "neap.path"

describe("neap.path", function()
   it("makes paths absolute and plain, and leaves .. alone", function()
      assert.equal("/a/b", path.absolute "/a//./b/")
      assert.equal("/srv/rootfs", path.absolute("./rootfs", "/srv"))
      assert.equal("/srv/../up", path.absolute("../up", "/srv"))
      assert.equal("/", path.absolute "/")
   end)

   it("takes .. by the text alone", function()
      assert.equal("/b", path.clean "/a/../b")
      assert.equal("/a/c", path.clean "/a//./b/../c/")
      assert.equal("/", path.clean "/../..")
   end)

   it("knows what is plain", function()
      for _, text in ipairs { "/", "/a", "/a/b.c" } do assert.is_true(path.is_plain(text)) end
      for _, text in ipairs { "", "a", "./a", "/a/", "//a", "/a/..", "/../a", "/./a", "/a\0" } do
         assert.is_false(path.is_plain(text))
      end
      assert.is_false(path.is_plain(nil))
   end)

   it("finds parents", function()
      assert.equal("/a", path.parent "/a/b")
      assert.equal("/", path.parent "/a")
   end)

   it("says what an errno means, and names one it does not know", function()
      assert.equal("does not exist", path.reason "ENOENT")
      assert.equal("cannot be looked at (EIO)", path.reason "EIO")
   end)
end)
