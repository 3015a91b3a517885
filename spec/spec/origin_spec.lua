local json = require "neap.json"
local oci = require "support.oci"
local origin = require "neap.spec.origin"

local make, paths_of = oci.noted, oci.paths

describe("neap.spec.origin", function()
   local function option(fields, path, more)
      local made, notes = make(fields, more)
      return origin.rows(made, notes, path)[1]
   end

   it("knows the concern and the option of each field", function()
      local fields = {
         hostname = "box", env = { "A=1", "PATH=/bin" }, cap_add = { "CAP_SYS_TIME" },
         mounts = { { destination = "/data", type = "tmpfs", source = "tmpfs" } },
         sysctl = { ["net.ipv4.ip_forward"] = "1" },
      }
      for path, expected in pairs {
         ["root.path"] = { "rootfs", "root" },
         ["process.args"] = { "args", "process" },
         ["process.cwd"] = { "default", "process" },
         ["process.env[A]"] = { "env", "process" },
         ["process.env[PATH]"] = { "env", "process" },
         ["process.capabilities.bounding"] = { "cap_add", "capabilities" },
         ["process.user.uid"] = { "default", "user" },
         ["mounts[/data].type"] = { "mounts", "mounts" },
         ["mounts[/proc].type"] = { "default", "mounts" },
         ["linux.sysctl[net.ipv4.ip_forward]"] = { "sysctl", "sysctl" },
         hostname = { "hostname", "hostname" },
         ociVersion = { "default" },
      } do
         local row = option(fields, path)
         assert.same(expected, { row.option, row.concern }, path)
         assert.equal(path, row.path)
      end
   end)

   it("knows the image's part", function()
      local image = { Env = { "LANG=C" }, WorkingDir = "/srv", Cmd = { "sh" } }
      for path, expected in pairs {
         ["process.env[LANG]"] = "image", ["process.cwd"] = "image", ["process.args"] = "args",
      } do assert.equal(expected, option({}, path, { image = image }).option, path) end
   end)

   it("gives a row to each field, and to an element of a list", function()
      local made, notes = make()
      local rows = {}
      for _, row in ipairs(origin.rows(made, notes)) do rows[row.path] = row end
      assert.equal("proc", rows["mounts[/proc]"].value.type)
      assert.is_nil(rows["mounts[/proc].type"])
      assert.equal(0, rows["process.user.uid"].value)
      local below = paths_of(origin.rows(made, notes, "mounts[/proc]"))
      assert.same({ "destination", "options", "source", "type" }, {
         below[1]:match "[^.]*$", below[2]:match "[^.]*$", below[3]:match "[^.]*$",
         below[4]:match "[^.]*$",
      })
      assert.same({}, origin.rows(made, notes, "process.nothing"))
   end)

   it("has one row for a long list that one option set, unless it is asked for", function()
      local env = {}
      for i = 1, 17 do env[i] = "V" .. i .. "=x" end
      local made, notes = { process = { env = json.array(env) } }, { ["process.env"] = "env" }
      local rows = origin.rows(made, notes)
      assert.same({ { path = "process.env", value = env, option = "env", concern = "process" } },
         rows)
      assert.equal(17, #origin.rows(made, notes, "process.env"))
      notes["process.env[V7]"] = "other"
      assert.equal(17, #origin.rows(made, notes))
   end)

   it("tells what was taken away", function()
      local made, notes = make({ network = { kind = "host" } }, {
         machine = { exists = function() return false end },
      })
      assert.same(
         {{ path = "linux.namespaces[network]", concern = "network", option = "network" }},
         origin.rows(made, notes, "linux.namespaces[network]")
      )
   end)

   it("attributes what the user's function changed to spec", function()
      local fields = {
         hostname = "box",
         spec = function(made)
            made.process.oomScoreAdj = 7
            made.mounts[1].options = json.array { "ro" }
            table.remove(made.mounts)
         end,
      }
      for path, expected in pairs {
         ["process.oomScoreAdj"] = "spec", ["mounts[/proc].options"] = "spec",
         ["mounts[/proc].type"] = "default", ["mounts[/run]"] = "spec", hostname = "hostname",
      } do assert.equal(expected, option(fields, path).option, path) end
   end)

   it("forgets what was noted where the user's function put something else", function()
      local made, notes = make {
         mounts = { { destination = "/data", type = "tmpfs", source = "tmpfs" } },
         spec = function(made)
            made.mounts[#made.mounts] = { destination = "/data", type = "bind", source = "/" }
         end,
      }
      local rows = origin.rows(made, notes, "mounts[/data]")
      local options = {}
      for _, row in ipairs(rows) do options[row.path] = row.option end
      assert.same({
         ["mounts[/data].destination"] = "mounts", ["mounts[/data].source"] = "spec",
         ["mounts[/data].type"] = "spec",
      }, options)
   end)

   it("attributes a whole spec to spec", function()
      local whole = make()
      assert.equal("spec", option({ spec = whole }, "process.cwd").option)
      local made, notes = make { spec = whole, labels = {} }
      for _, row in ipairs(origin.rows(made, notes)) do
         assert.truthy(({ spec = true, rootfs = true, args = true, image = true })[row.option])
      end
   end)

   it("attributes to a concern of the user's what it changed and what it left out", function()
      local fields = {
         concerns = {
            hostname = function(made) made.hostname, made.domainname = "mine", "example" end,
            paths = false,
         },
      }
      for path, expected in pairs {
         hostname = "concerns.hostname", domainname = "concerns.hostname",
         ["linux.maskedPaths"] = "concerns.paths", ["process.cwd"] = "default",
      } do assert.equal(expected, option(fields, path).option, path) end
   end)
end)
