local file = require "neap.seccomp.file"

describe("neap.seccomp.file", function()
   local path
   local function write(text)
      local opened <close> = assert(io.open(path, "wb"))
      opened:write(text)
   end
   before_each(function() path = os.tmpname() end)
   after_each(function() os.remove(path) end)

   it("reads a profile once, and again when it has changed", function()
      write '{"defaultAction":"SCMP_ACT_ALLOW"}'
      local first = assert(file.read(path))
      assert.equal(first, file.read(path))

      write '{"defaultAction":"SCMP_ACT_ERRNO","syscalls":[]}'
      assert.equal("SCMP_ACT_ERRNO", file.read(path).base.defaultAction)
   end)

   it("looks at a package's once a second at most", function()
      local core = require "neap.core"
      local stat, now, looks, at = core.fs.stat, core.now, 0, 1000
      finally(function() core.fs.stat, core.now = stat, now end)
      core.fs.stat = function(...) looks = looks + 1 return stat(...) end
      core.now = function() return at end

      write '{"defaultAction":"SCMP_ACT_ALLOW"}'
      local first = assert(file.shipped(path))
      write '{"defaultAction":"SCMP_ACT_ERRNO","syscalls":[]}'
      assert.equal(first, file.shipped(path))
      assert.equal(1, looks)
      at = 1001
      assert.equal("SCMP_ACT_ERRNO", file.shipped(path).base.defaultAction)
      assert.equal(2, looks)
   end)

   it("says which file and which place is wrong", function()
      local cases = {
         { "", path .. ": the file is empty" },
         { "{", path .. ": not JSON: " },
         { '{"defaultAction":"NO"}', path .. ': defaultAction: "NO" is not an action' },
         { "[]", path .. ": a table is not a table of fields" },
         { (" "):rep(1024 * 1024 + 1), path .. ": larger than 1048576 bytes" },
      }
      for _, case in ipairs(cases) do
         write(case[1])
         local read, why = file.read(path)
         assert.is_nil(read)
         assert.matches(case[2], why, 1, true)
      end
      assert.equal("/tmp is not a regular file", (select(2, file.read "/tmp")))
      local _, why, errno = file.read "/nowhere/x.json"
      assert.same({ "/nowhere/x.json does not exist", "ENOENT" }, { why, errno })
   end)
end)
