local copy = require "neap.copy"
local difference = require "neap.spec.difference"
local json = require "neap.json"
local oci = require "support.oci"

local make, paths_of = oci.noted, oci.paths

describe("neap.spec.difference", function()
   it("is nothing between a spec and its copy", function()
      local made = make { env = { "A=1" } }
      assert.same({}, difference.list(made, copy.deep(made)))
      local read = json.decode(json.encode(made))
      assert.same({}, difference.list(made, read))
   end)

   it("tells each field, and elements as one", function()
      local before, after = make(), make()
      after.hostname = "other"
      after.process.env[2] = "A=1"
      after.process.oomScoreAdj = 5
      table.remove(after.mounts, 1)
      table.insert(after.mounts, { destination = "/data", type = "tmpfs" })
      after.mounts[1].options = json.array { "ro" }
      after.linux.resources.memory = { limit = 1 }
      after.linux.namespaces = json.array {}
      local found = {}
      for _, item in ipairs(difference.list(before, after)) do found[item.path] = item end
      assert.same({
         "hostname", "linux.namespaces[ipc]", "linux.namespaces[mount]",
         "linux.namespaces[network]", "linux.namespaces[pid]", "linux.namespaces[uts]",
         "linux.resources.memory.limit", "mounts[/data]", "mounts[/dev].options",
         "mounts[/proc]", "process.env[A]", "process.oomScoreAdj",
      }, require "neap.fields".names(found))
      assert.same({ path = "hostname", before = "web", after = "other" }, found.hostname)
      assert.is_nil(found["mounts[/proc]"].after)
      assert.equal("tmpfs", found["mounts[/data]"].after.type)
   end)

   it("tells that elements are in another order", function()
      local before, after = make(), make()
      table.insert(after.mounts, table.remove(after.mounts, 1))
      local found = difference.list(before, after)
      assert.same({ "mounts" }, paths_of(found))
      assert.is_true(found[1].order)
      assert.equal("mounts[/proc]", found[1].before[1])
      assert.equal("mounts[/dev]", found[1].after[1])
   end)

   it("tells numbers that no integer holds, lists from maps, and null", function()
      local big = json.uint "18446744073709551615"
      local other = json.uint "18446744073709551614"
      assert.is_true(difference.is_equal({ big }, { json.uint "18446744073709551615" }))
      assert.is_false(difference.is_equal({ big }, { other }))
      assert.is_false(difference.is_equal({ 1 }, { a = 1 }))
      assert.is_false(difference.is_equal({ a = json.null }, {}))
   end)

   it("ends with a spec that refers back to itself", function()
      local before, after = make(), make()
      after.self, after.other = after, after
      assert.is_true(#difference.list(before, after) > 0)
   end)
end)
