local spec = require "neap.spec"
local oci = require "support.oci"

local new = oci.new

describe("neap.spec of an exec", function()
   local base = new { env = { "A=1" }, cwd = "/srv", terminal = true }
   base.process.consoleSize = { width = 1, height = 1 }

   it("is the container's with another command", function()
      local process = assert(spec.exec(base, { id = "x", args = { "id" } }))

      assert.same({ "id" }, process.args)
      assert.equal("/srv", process.cwd)
      assert.same(base.process.env, process.env)
      assert.same(base.process.capabilities, process.capabilities)
      assert.is_nil(process.terminal)
      assert.is_nil(process.consoleSize)
      assert.same({ "true" }, base.process.args)
   end)

   it("changes what is asked for", function()
      local process = assert(spec.exec(base, {
         id = "x", args = { "id" }, env = { "A=2", "B=3" }, cwd = "/", terminal = true,
         user = { uid = 9 },
      }))

      assert.equal(9, process.user.uid)
      assert.equal("/", process.cwd)
      local sized = assert(spec.exec(base, { id = "x", args = { "id" }, terminal = true,
         console_size = { width = 1, height = 2 } }))
      assert.same({ width = 1, height = 2 }, sized.consoleSize)
      local more = assert(spec.exec(base, { id = "x", args = { "id" }, groups = { 5 } }))
      assert.same({ base.process.user.gid, 5 }, more.user.additionalGids)
      assert.is_true(process.terminal)
      local env = table.concat(process.env, " ")
      assert.matches("A=2 TERM=xterm B=3", env, 1, true)
   end)

   it("has the container's groups beside those of another user", function()
      local context = { groups = { 5, "them" }, read_file = function() return "them:x:9:\n" end }
      local function gids(config)
         config.id, config.args = "x", { "id" }
         return assert(spec.exec(base, config, context)).user.additionalGids
      end

      assert.same({ 3, 5, 9 }, gids { user = { uid = 2, gid = 3 } })
      assert.same({ 3, 5, 9, 7 }, gids { user = { uid = 2, gid = 3 }, groups = { 7, 5 } })
      assert.same(base.process.user.additionalGids, gids {}) -- which has them already
   end)

   it("says which of the container's groups is not there", function()
      local process, err = spec.exec(base, {
         id = "x", args = { "id" }, user = { uid = 2, gid = 3 },
      }, { groups = { "them" } })

      assert.is_nil(process)
      assert.matches("the container's groups[1]: the rootfs has no group", err.message, 1, true)
   end)

   it("fails on a user that is not there", function()
      local process, err = spec.exec(base, { id = "x", args = { "id" }, user = { name = "u" } })

      assert.is_nil(process)
      assert.equal("task.exec", err.op)
   end)
end)
