local id = require "neap.id"
local place = require "neap.volume.place"
local spec = require "neap.spec"
local use = require "neap.volume.use"
local create = require "support.mounts".create

describe("a volume", function()
   it("without a name gets one of its own", function()
      local names = {}
      for _, given in ipairs { "/b", { type = "volume", target = "/b" } } do
         local checked = assert(create { mounts = { given } })
         local mount = checked.mounts[1]
         assert.is_true(mount.is_anonymous)
         assert.matches("^%x+$", mount.source)
         assert.equal(32, #mount.source)
         names[mount.source] = true
      end
      assert.is_truthy(next(names, next(names)))
      assert.is_nil(create({ mounts = { "data:/b" } }).mounts[1].is_anonymous)
   end)

   it("is a directory of ours in the spec", function()
      local checked = assert(create {
         mounts = { "data:/b:ro", { type = "volume", source = "x", target = "/x", nocopy = true } },
      })
      assert.is_true(checked.mounts[2].nocopy)
      local made = assert(spec.new(checked, {
         namespace = "n", id = "i", volume = function(name) return "/volumes/" .. name end,
      }))
      assert.same({
         type = "bind", source = "/volumes/data", destination = "/b",
         options = { "rbind", "rprivate", "ro" },
      }, made.mounts[#made.mounts - 1])
   end)

   it("is known by what a container's spec mounts", function()
      local function of(name, ...)
         local mounts = {}
         for i, source in ipairs { ... } do mounts[i] = { source = source, destination = "/x" } end
         return { id = name, spec = { mounts = mounts } }
      end
      assert.same({ data = { "a", "b" }, other = { "b" } }, use.of({
         of("a", "/v/ns/data/_data", "proc", "/v/ns"),
         of("b", "/v/ns/data/_data/sub", "/v/ns/x/../other/_data", "/v/ns2/data/_data"),
         { id = "c" }, { id = "d", spec = "text" }, { id = "e", spec = { mounts = { 5 } } },
      }, "/v/ns"))
   end)

   it("leaves no file open that its process was read from", function()
      local function open_files()
         local count = 0
         for _ in require("lfs").dir "/proc/self/fd" do count = count + 1 end
         return count
      end
      collectgarbage()
      collectgarbage "stop"
      local before = open_files()
      for _ = 1, 8 do place.passing("new", "data") end
      local after = open_files()
      collectgarbage "restart"
      assert.is_true(after < before + 8)
   end)

   it("comes and goes by names that no volume has", function()
      for _, kind in ipairs { "new", "gone" } do
         local passing = place.passing(kind, "data.x-1")
         assert.is_nil((id.parse(passing)))
         local found, pid, name = place.read(passing)
         assert.same({ kind, "data.x-1" }, { found, name })
         assert.is_not_nil(io.open("/proc/" .. pid .. "/stat"))
      end
      for _, other in ipairs { ".old-1-ab-x", ".new-1-ab-..", ".new-x-ab-y", "data", ".new" } do
         assert.is_nil((place.read(other)))
      end
   end)
end)
