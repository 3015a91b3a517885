local filters = require "neap.filters"

describe("neap.filters", function()
   local good = {
      { "nothing", nil, {} },
      { "an empty table", {}, {} },
      { "a string", "id==web", { "id==web" } },
      { "a list of strings", { "id==web", "id==db" }, { "id==web", "id==db" } },
      { "fields, all of which must hold", { id = "web", image = "b" }, { 'id=="web",image=="b"' } },
      { "a label", { ["labels.tier"] = "db" }, { 'labels."tier"=="db"' } },
      { "a label with any value", { ["labels.a.b/c"] = true }, { 'labels."a.b/c"' } },
      { "a runtime", { runtime = "x" }, { 'runtime.name=="x"' } },
      { "quotes and controls", { image = 'a"b\\\n' }, { [[image=="a\"b\\\x0a"]] } },
   }
   for _, case in ipairs(good) do
      it("reads " .. case[1], function() assert.same(case[3], filters.parse(case[2])) end)
   end

   local bad = {
      { 7, "filters: 7 is not a filter" },
      { "", 'filters[1]: "" is not a filter' },
      { { "id==web", 7 }, "filters[2]: 7 is not a filter" },
      { { name = "web" }, "filters.name: unknown field (id, image" },
      { { labels = {} }, "filters.labels: unknown field" },
      { { ["labels."] = "x" }, "filters.labels.: unknown field" },
      { { id = 7 }, "filters.id: 7 is not a string" },
      { { "id==web", id = "x" }, 'filters[1]: "id==web" has no field name' },
   }
   for _, case in ipairs(bad) do
      it("refuses " .. case[2], function()
         local strings, why = filters.parse(case[1])

         assert.is_nil(strings)
         assert.equal(case[2], why:sub(1, #case[2]))
      end)
   end
end)
