local core = require("neap.core")

local function find(list, name)
   for _, entry in ipairs(list) do
      if entry.name == name then
         return entry
      end
   end
end

describe("core.services", function()
   it("lists each service of containerd with its methods", function()
      local tasks = find(core.services(), "containerd.services.tasks.v1.Tasks")
      assert.same({
         name = "Create",
         path = "containerd.services.tasks.v1.Tasks/Create",
         kind = "unary",
         input = "containerd.services.tasks.v1.CreateTaskRequest",
         output = "containerd.services.tasks.v1.CreateTaskResponse",
      }, find(tasks.methods, "Create"))
   end)

   it("knows which of them stream", function()
      local content = find(core.services(), "containerd.services.content.v1.Content")
      assert.equal("unary", find(content.methods, "Info").kind)
      assert.equal("server", find(content.methods, "Read").kind)
      assert.equal("bidi", find(content.methods, "Write").kind)
   end)
end)
