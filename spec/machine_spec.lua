local core = require "neap.core"
local machine = require "neap.machine"

local function word_of(command)
   local pipe <close> = assert(io.popen(command))
   return pipe:read "l"
end

describe("neap.machine", function()
   it("is what uname says", function()
      assert.equal(word_of "uname -r", machine.release())
      assert.equal(word_of "uname -m", machine.architecture())
      assert.same({ machine.release(), machine.architecture() }, { core.uname() })
   end)

   it("has the capabilities that the kernel shows", function()
      local names = {}
      for name in word_of "setpriv --dump | sed -n 's/^Capability bounding set: //p'"
         :gmatch "[^,]+" do names[#names + 1] = "CAP_" .. name:upper() end
      local has = table.move(machine.capabilities(), 1, 64, 1, {})
      table.sort(names)
      table.sort(has)
      assert.same(names, has)
   end)

   it("says of AppArmor and SELinux what the kernel does", function()
      local said = word_of "cat /sys/module/apparmor/parameters/enabled 2>/dev/null"
      assert.equal(said == "Y", machine.has_apparmor())
      assert.equal(machine.exists "/sys/fs/selinux/enforce", machine.has_selinux())
      assert.is_false((machine.has_profile "no-such-profile"))
   end)

   it("knows which files there are", function()
      assert.is_true(machine.exists "/proc/self/status")
      assert.is_false(machine.exists "/proc/self/nothing")
   end)
end)
