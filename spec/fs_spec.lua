local core = require "neap.core"

describe("neap.core.fs", function()
   for _, name in ipairs { "stat", "lstat" } do
      it(name .. " says which device it is", function()
         local found = core.fs[name] "/dev/full"

         assert.same({ "device", "c", 1, 7 },
            { found.type, found.device, found.major, found.minor })
      end)

      it(name .. " says nothing of devices where there is none", function()
         local found = core.fs[name] "/dev"

         assert.equal("directory", found.type)
         assert.same({}, { found.device, found.major, found.minor })
      end)
   end

   it("fstat says it of an open file", function()
      local file <close> = assert(io.open "/dev/null")
      local found = core.fs.fstat(file)

      assert.same({ "c", 1, 3 }, { found.device, found.major, found.minor })
   end)

   it("readlink says what a link says, and of what is none that it is not", function()
      local name = os.tmpname()
      finally(function() os.remove(name) end)
      assert.same({ nil, "EINVAL" }, { core.fs.readlink(name) })
      os.remove(name)
      assert.same({ nil, "ENOENT" }, { core.fs.readlink(name) })
      assert(os.execute("ln -s ../no/where " .. name))
      assert.equal("../no/where", core.fs.readlink(name))
   end)

   it("tells block devices", function()
      for _, name in ipairs(assert(core.fs.list "/sys/block")) do
         local found = core.fs.stat("/dev/" .. name)
         local numbers = io.lines("/sys/block/" .. name .. "/dev")()
         if found then
            assert.same({ "b", numbers },
               { found.device, found.major .. ":" .. found.minor })
            return
         end
      end
      pending "no block device here"
   end)
end)
