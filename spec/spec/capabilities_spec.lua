local json = require "neap.json"
local oci = require "support.oci"

local new = oci.new

describe("neap.spec", function()
   local capabilities = {
      { "adds", { cap_add = { "CAP_SYS_TIME" } }, 15 },
      { "adds nothing twice", { cap_add = { "CAP_KILL" } }, 14 },
      { "drops", { cap_drop = { "CAP_KILL", "CAP_MKNOD" } }, 12 },
      { "drops all", { cap_drop = { "ALL" } }, 0 },
      { "drops all but one", { cap_drop = { "ALL" }, cap_add = { "CAP_KILL" } }, 1 },
      { "adds all", { cap_add = { "ALL" } }, 41 },
      { "adds all but one", { cap_add = { "ALL" }, cap_drop = { "CAP_KILL" } }, 40 },
   }
   for _, case in ipairs(capabilities) do
      it(case[1] .. " capabilities", function()
         local sets = new(case[2]).process.capabilities

         assert.equal(case[3], #sets.bounding)
         assert.same(sets.bounding, sets.effective)
         assert.is_true(json.is_array(sets.permitted))
      end)
   end
end)
