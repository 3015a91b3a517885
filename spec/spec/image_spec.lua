local spec = require "neap.spec"

describe("neap.spec of an image", function()
   local image = {
      Entrypoint = { "/entry" }, Cmd = { "default" }, Env = { "PATH=/opt", "A=1" },
      WorkingDir = "/srv", User = "5:6",
   }
   local function from_image(fields)
      fields.id, fields.image = "web", "x"
      return assert(spec.new(fields, { namespace = "default", image = image }))
   end

   it("starts as the image says", function()
      local made = from_image {}

      assert.equal("rootfs", made.root.path)
      assert.same({ "/entry", "default" }, made.process.args)
      assert.same({ "PATH=/opt", "A=1" }, made.process.env)
      assert.equal("/srv", made.process.cwd)
      assert.equal(5, made.process.user.uid)
   end)

   it("puts the config's words in their places", function()
      local made = from_image { args = { "x" }, env = { "A=2" }, cwd = "/", user = { uid = 0 } }

      assert.same({ "/entry", "x" }, made.process.args)
      assert.same({ "PATH=/opt", "A=2" }, made.process.env)
      assert.equal("/", made.process.cwd)
      assert.equal(0, made.process.user.uid)
   end)

   it("drops the image's command with an entrypoint", function()
      assert.same({ "/e" }, from_image({ entrypoint = { "/e" } }).process.args)
   end)

   it("needs a command from somewhere", function()
      local made, err = spec.new(
         { id = "web", image = "x" }, { namespace = "default", image = {} }
      )

      assert.is_nil(made)
      assert.equal(
         "args: missing (neither the config nor the image names a command)", err.message
      )
   end)
end)
