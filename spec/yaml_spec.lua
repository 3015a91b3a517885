local core = require "neap.core"
local json = require "neap.json"

describe("core.yaml.decode", function()
   it("answers with values as json.decode does", function()
      local value = core.yaml.decode "a: [1, '1', 1.5, true]\nb: {}\nc: []\nd:\n"

      assert.same({ a = { 1, "1", 1.5, true }, b = {}, c = {}, d = json.null }, value)
      assert.is_true(json.is_array(value.c))
      assert.is_false(json.is_array(value.b))
      assert.equal("integer", math.type(value.a[1]))
   end)

   it("says where it is no YAML", function()
      local value, err = core.yaml.decode "a: 1\n b: 2\n"

      assert.is_nil(value)
      assert.equal("invalid_argument", err.code)
      assert.equal("yaml.decode", err.op)
      assert.matches("at line 2, column 3$", err.message)
   end)

   it("raises where it is given no text", function()
      assert.error_matches(function() core.yaml.decode {} end, "string expected")
   end)
end)
