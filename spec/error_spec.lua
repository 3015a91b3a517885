local core = require "neap.core"
local failure = require "neap.error"

describe("an error", function()
   local lines = {
      { "op, code and message", { op = "task.start", code = "unknown", message = "no" },
         "task.start: unknown: no" },
      { "no op", { code = "not_found", message = "gone" }, "not_found: gone" },
      { "line breaks", { message = "a\nb\r\tc" }, "unknown: a\\nb\\r\\tc" },
      { "escape sequences", { message = "\27[31mred\127" }, "unknown: \\x1b[31mred\\x7f" },
      { "a NUL", { message = "a\0b" }, "unknown: a\\x00b" },
      { "C1 controls", { message = "\u{9b}31m" }, "unknown: \\u{9b}31m" },
      { "turned directions", { message = "\u{202e}txt" }, "unknown: \\u{202e}txt" },
      { "other scripts", { message = "größer 大" }, "unknown: größer 大" },
      { "broken UTF-8", { message = "a\xffb\xc3" }, "unknown: a\\xffb\\xc3" },
      { "a message that is no string", { message = 12 }, "unknown: 12" },
   }

   for _, case in ipairs(lines) do
      local name, fields, line = table.unpack(case)
      it("reads as one line with " .. name, function()
         assert.equal(line, tostring(core.error(fields)))
      end)
   end

   it("reads the same where the core is not there", function()
      local escape = require "neap.escape"
      for _, case in ipairs(lines) do
         local message = case[2].message
         if type(message) == "string" then
            assert.truthy(case[3]:find(escape.text(message), 1, true))
         end
      end
   end)

   it("is the table it was made from", function()
      local fields = { code = "aborted", left = { "x" } }
      assert.equal(fields, failure.new(fields))
      assert.same({ "x" }, fields.left)
   end)

   it("is known by neap.error", function()
      assert.is_true(failure.is(core.error {}))
      assert.is_false(failure.is { code = "unknown" })
      assert.is_false(failure.is "unknown")
   end)

   it("is made of a table only", function()
      assert.has_error(function() core.error "text" end)
   end)
end)

describe("neap.error without the core", function()
   local alone

   setup(function()
      local loaded, preload = package.loaded["neap.core"], package.preload["neap.core"]
      package.loaded["neap.core"], package.loaded["neap.error"] = nil, nil
      package.preload["neap.core"] = function() error "not here" end
      alone = require "neap.error"
      package.loaded["neap.core"], package.preload["neap.core"] = loaded, preload
      package.loaded["neap.error"] = failure
   end)

   it("makes errors that read the same", function()
      local err = alone.new { op = "spec.args", code = "invalid_argument", message = "a\nb" }
      assert.equal("spec.args: invalid_argument: a\\nb", tostring(err))
      assert.is_true(alone.is(err))
   end)
end)
