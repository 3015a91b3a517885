local create = require "support.mounts".create

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
