local config = require "neap.config"
local spec = require "neap.spec"

local FILES <const> = {
   ["/etc/selinux/config"] = "# SELINUXTYPE=no\nSELINUX=enforcing\nSELINUXTYPE=mine\n",
   ["/etc/selinux/mine/contexts/lxc_contexts"] = [[
process = "system_u:system_r:container_t:s0"
content = "system_u:object_r:virt_var_lib_t:s0"
file = "system_u:object_r:container_file_t:s0"
]],
}
local MACHINE <const> = {
   has_selinux = function() return true end,
   read = function(path) return FILES[path] end,
}

local function new(fields, machine)
   local given = { rootfs = "/r", args = { "true" } }
   for name, value in pairs(fields) do given[name] = value end
   local checked, wrong = config.create(given, { cwd = "/" })
   if not checked then return nil, wrong.message end
   local made, err = spec.new(checked, { namespace = "x", machine = machine or MACHINE })
   if not made then return nil, err.message end
   return made.process.selinuxLabel, made.linux.mountLabel
end

describe("a container's SELinux labels", function()
   it("are none unless they are asked for", function()
      assert.same({}, { new {} })
      assert.same({}, { new { selinux = "disable" } })
   end)

   it("are the machine's for containers, but for what is said", function()
      assert.same({
         "system_u:system_r:mine_t:s0:c1,c2", "system_u:object_r:container_file_t:s0:c1,c2",
      }, { new { selinux = { type = "mine_t", level = "s0:c1,c2" } } })
      assert.same({
         "u_u:r_r:container_t:s0", "system_u:object_r:f_t:s0",
      }, { new { selinux = { user = "u_u", role = "r_r", filetype = "f_t", level = "s0" } } })
   end)

   it("have two categories of the container's own where no level is said", function()
      local levels, count = {}, 0
      for i = 1, 50 do
         local process, file = new { id = "web" .. i, selinux = { type = "mine_t" } }
         local first, second = process:match "^system_u:system_r:mine_t:s0:c(%d+),c(%d+)$"
         assert.is_true(tonumber(first) < tonumber(second) and tonumber(second) < 1024)
         assert.equal(process:match "s0:.*", file:match "s0:.*")
         if not levels[process] then count = count + 1 end
         levels[process] = true
      end
      assert.equal(50, count)
   end)

   it("are refused where the machine has no SELinux, or does not say its labels", function()
      local none = { has_selinux = function() return false end }
      local _, why = new({ selinux = { type = "x" } }, none)
      assert.matches("selinux: this machine does not have it enabled", why, 1, true)
      _, why = new({ selinux = { type = "x" } }, { has_selinux = function() return true end })
      assert.equal("selinux: /etc/selinux/targeted/contexts/lxc_contexts does not say the labels "
         .. "of containers", why)
   end)

   it("are refused where they are none", function()
      local cases = {
         { "on", 'selinux: "on" is not "disable" or { user=, role=, type=, level=, filetype= }' },
         { {}, 'selinux: a table is not "disable" or' },
         { { tpye = "x" }, 'selinux: tpye: unknown field, did you mean "type"?' },
         { { type = "a:b" }, 'selinux.type: "a:b" is not a type of a label' },
         { { level = "s0 c1" }, 'selinux.level: "s0 c1" is not a level of a label' },
      }
      for _, case in ipairs(cases) do
         local made, why = new { selinux = case[1] }
         assert.is_nil(made)
         assert.matches(case[2], why, 1, true)
      end
   end)
end)
