local core = require "neap.core"
local kernel = require "support.kernel"
local neap = require "neap"

local lacking <const> = kernel.lacks "openat2"

describe("core.tree", function()
   local dir

   local function sh(script)
      assert(os.execute("cd " .. dir .. " && " .. script))
   end

   before_each(function()
      dir = os.tmpname()
      os.remove(dir)
      assert(os.execute("mkdir " .. dir))
      sh "mkdir -p root/data/sub to && echo text >root/data/sub/file"
   end)
   after_each(function() os.execute("rm -rf " .. dir) end)

   it("copies what is in a directory, and removes it", function()
      if lacking then pending(lacking) end
      assert.is_true(core.tree.copy(dir .. "/root", "/data", dir .. "/to"))
      sh "cmp root/data/sub/file to/sub/file"

      assert.is_true(core.tree.remove(dir .. "/to"))
      assert.is_nil(core.fs.lstat(dir .. "/to"))
   end)

   it("says what is not there", function()
      if lacking then pending(lacking) end
      local ok, err = core.tree.copy(dir .. "/root", "/none", dir .. "/to")
      assert.is_nil(ok)
      assert.same({ "not_found", "tree.copy", "ENOENT" }, { err.code, err.op, err.errno })
      assert.matches("/root/none", err.message, 1, true)

      ok, err = core.tree.remove(dir .. "/none")
      assert.is_nil(ok)
      assert.same({ "not_found", "tree.remove", "ENOENT" }, { err.code, err.op, err.errno })
   end)

   it("finishes a removal whose fiber is cancelled", function()
      if lacking then pending(lacking) end
      local fiber = neap.spawn(function() core.tree.remove(dir .. "/root") end)
      neap.sleep(0)
      fiber:cancel()
      local ok, err = fiber:join()
      assert.is_nil(ok)
      assert.equal("cancelled", err.code)
      assert.is_nil(core.fs.lstat(dir .. "/root"))
   end)

   it("raises on what is no path", function()
      assert.has_error(function() core.tree.remove() end)
      assert.has_error(function() core.tree.copy("/a", "/b") end)
   end)
end)
