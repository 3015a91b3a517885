local core = require "neap.core"
local inside = require "neap.inside"
local kernel = require "support.kernel"

local lacking <const> = kernel.lacks "openat2"

describe("neap.inside", function()
   local root, read

   local function sh(script)
      assert(os.execute("cd " .. root .. " && " .. script))
   end

   before_each(function()
      root = os.tmpname()
      os.remove(root)
      os.execute("mkdir -p " .. root .. "/etc")
      read = inside.reader(root)
   end)
   after_each(function() os.execute("rm -rf " .. root) end)

   it("reads a file of the rootfs, whole", function()
      if lacking then pending(lacking) end
      sh "printf 'a\\0b\\n' >etc/passwd"
      assert.equal("a\0b\n", read "/etc/passwd")
      sh ">etc/passwd"
      assert.equal("", read "/etc/passwd")
   end)

   it("finds nothing where nothing is", function()
      if lacking then pending(lacking) end
      for _, path in ipairs { "/etc/passwd", "/none/passwd" } do
         local text, why = read(path)
         assert.is_nil(text)
         assert.is_nil(why)
      end
   end)

   it("follows links as the container would", function()
      if lacking then pending(lacking) end
      sh "echo inside >etc/real && ln -s /etc/real etc/passwd"
      assert.equal("inside\n", read "/etc/passwd")
      sh "ln -sf ../../../../../../etc/real etc/passwd"
      assert.equal("inside\n", read "/etc/passwd")
      sh "ln -sf /etc/hostname etc/passwd"
      assert.is_nil((read "/etc/passwd"))
      sh ("rm -r etc && ln -s /etc etc && mkdir out && ln -s " .. root .. "/out etc2")
      assert.is_nil((read "/etc2/passwd"))
      assert.matches("is a loop of symbolic links", select(2, read "/etc/passwd"), 1, true)
   end)

   local unfit = {
      { "a FIFO", "mkfifo etc/passwd", "is not a regular file" },
      { "a link to a FIFO", "mkfifo etc/f && ln -s f etc/passwd", "is not a regular file" },
      { "a directory", "mkdir etc/passwd", "is a directory, not a regular file" },
      { "a large file", "truncate -s 2M etc/passwd", "has more than 1048576 bytes" },
   }
   for _, row in ipairs(unfit) do
      it("refuses " .. row[1], function()
         if lacking then pending(lacking) end
         sh(row[2])
         local text, why = read "/etc/passwd"
         assert.is_nil(text)
         assert.equal("the rootfs's /etc/passwd " .. row[3], why)
      end)
   end

   it("has the runtime wait for nothing", function()
      if lacking then pending(lacking) end
      assert.is_true(inside.check(root))
      sh "truncate -s 2M etc/passwd && mkdir etc/group"
      assert.is_true(inside.check(root))
      sh "rm -r etc/group && mkfifo etc/group"
      local ok, why = inside.check(root)
      assert.is_nil(ok)
      assert.equal("the rootfs's /etc/group is not a regular file", why)
      assert.is_true(inside.check(nil))
   end)

   it("follows links to what the runtime would wait for", function()
      if lacking then pending(lacking) end
      sh "mkfifo etc/f && ln -s /etc/f etc/passwd"
      assert.is_nil((inside.check(root)))
      sh "rm etc/passwd && mkfifo etc/passwd && mv etc real && ln -s /real etc"
      assert.is_nil((inside.check(root)))
      sh "rm real/passwd"
      assert.is_true(inside.check(root))
   end)

   it("opens nothing where no link leads elsewhere", function()
      local real = core.fs.read_inside
      finally(function() core.fs.read_inside = real end)
      core.fs.read_inside = function() error "opened" end
      for _, script in ipairs { ">etc/passwd", "rm etc/passwd", "rmdir etc", ">etc" } do
         sh(script)
         assert.is_true(inside.check(root))
      end
   end)

   it("reads as much as it may", function()
      if lacking then pending(lacking) end
      sh "truncate -s 1M etc/passwd"
      assert.equal(1 << 20, #read "/etc/passwd")
   end)

   it("asks again while directories are moved, but not for ever", function()
      local real, calls = core.fs.read_inside, 0
      finally(function() core.fs.read_inside = real end)
      core.fs.read_inside = function()
         calls = calls + 1
         if calls < 3 then return nil, "EAGAIN" end
         return "text"
      end
      assert.equal("text", read "/etc/passwd")
      core.fs.read_inside = function() return nil, "EAGAIN" end
      assert.matches("EAGAIN", select(2, read "/etc/passwd"), 1, true)
      core.fs.read_inside = function() return nil, "ENOSYS" end
      assert.matches("the kernel has no openat2", select(2, read "/etc/passwd"), 1, true)
   end)

   it("looks where the runtime has mounted the root, by the process", function()
      local function root_of(path, pid)
         return inside.root({ pid = pid }, { root = { path = path } })
      end
      assert.equal("/srv/rootfs", root_of("/srv/rootfs", 7))
      assert.equal("/proc/7/root", root_of("rootfs", 7))
      assert.equal("rootfs", root_of("rootfs", 0))
      assert.is_nil(inside.root({ pid = 7 }, {}))
   end)

   it("reads nothing of an image's", function()
      assert.is_nil(inside.reader(nil))
      assert.is_nil(inside.reader "rootfs")
   end)
end)
