local json = require "neap.json"
local tree = require "neap.spec.tree"

describe("neap.spec.tree", function()
   it("names places by fields, and elements by what they are known by", function()
      local value = {
         process = {
            args = json.array { "a", "b" }, env = json.array { "PATH=/bin", "A" },
            rlimits = json.array { { type = "RLIMIT_NOFILE", hard = 1 } },
         },
         mounts = json.array { { destination = "/data" }, { destination = "/data" } },
         linux = {
            namespaces = { { type = "pid" } }, devices = { { path = "/dev/fuse" } },
            sysctl = { ["net.ipv4.ip_forward"] = "1" }, maskedPaths = json.array {},
         },
         annotations = { a = "b" },
      }
      local found = {}
      local function walk(path, node)
         local children = tree.children(path, node)
         if not children then found[#found + 1] = path end
         for _, child in ipairs(children or {}) do walk(child.path, child.value) end
      end
      walk("", value)
      assert.same({
         "annotations[a]", "linux.devices[/dev/fuse].path", "linux.maskedPaths",
         "linux.namespaces[pid].type", "linux.sysctl[net.ipv4.ip_forward]",
         "mounts[/data].destination", "mounts[/data][2].destination",
         "process.args", "process.env[PATH]", "process.env[A]",
         "process.rlimits[RLIMIT_NOFILE].hard", "process.rlimits[RLIMIT_NOFILE].type",
      }, found)
      for _, path in ipairs(found) do assert.equal(path, tree.at(value, path).path) end
      assert.is_nil(tree.at(value, "process.nothing"))
      assert.is_nil(tree.at(value, "mounts[/dat"))
   end)

   it("takes a list for one value whose elements are not what they should be", function()
      assert.is_nil(tree.children("mounts", { { destination = 1 } }))
      assert.is_nil(tree.children("process.env", { 1 }))
      assert.is_nil(tree.children("linux.resources", { [false] = true }))
   end)

   it("knows what a path is in", function()
      local found = {}
      for prefix in tree.prefixes "a.b[c.d].e" do found[#found + 1] = prefix end
      assert.same({ "a.b[c.d].e", "a.b[c.d]", "a.b[c", "a.b", "a", "" }, found)
      for _, pair in ipairs {
         { "", "a", true }, { "a", "a", true }, { "a", "a.b", true }, { "a", "a[b]", true },
         { "a", "ab", false }, { "a.b", "a", false },
      } do assert.equal(pair[3], tree.is_within(pair[1], pair[2]), pair[1] .. ", " .. pair[2]) end
   end)
end)
