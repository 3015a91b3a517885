-- Topics of events: which are meant by what is written.

local topic = require "neap.topic"

local GIVEN <const> = {
   "/tasks/exit", "/tasks/exec-added", "/tasks/exec-started", "/images/create",
   "/containers/delete", "/tasks/delete",
}

--- Which of GIVEN are meant by `wanted`.
local function meant(wanted)
   local matches, found = assert(topic.parse(wanted)), {}
   for _, given in ipairs(GIVEN) do
      if matches(given) then found[#found + 1] = given end
   end
   return found
end

describe("a topic", function()
   it("is what happens to tasks, or a whole one", function()
      assert.same({ "/tasks/exit" }, meant "exit")
      assert.same({ "/tasks/delete" }, meant "delete")
      assert.same({ "/containers/delete" }, meant "/containers/delete")
      assert.same({}, meant "/snapshot/prepare")
   end)

   it("is a pattern for either", function()
      assert.same({ "/tasks/exec-added", "/tasks/exec-started" }, meant "exec-*")
      assert.same({ "/containers/delete", "/tasks/delete" }, meant "*/delete")
      assert.same({ "/images/create" }, meant "/images/*")
      assert.same(GIVEN, meant "*")
      assert.same(GIVEN, meant(nil))
   end)

   it("is refused when nothing is called so", function()
      for wanted, word in pairs { exitt = '"exit"', exec_added = '"exec-added"', [""] = "topic" } do
         local matches, why = topic.parse(wanted)
         assert.is_nil(matches)
         assert.matches(word, why, 1, true)
      end
      assert.is_nil(topic.parse(5))
   end)
end)
