local copy = require "neap.copy"
local defaults = require "neap.defaults"
local json = require "neap.json"
local spec = require "neap.spec"

--- A machine for one test, which nothing is remembered of.
local function new_machine()
   return {
      architecture = function() return "x86_64" end, release = function() return "6.1.0" end,
      cgroup = function() return 1 end,
   }
end

local ACCOUNTS <const> = { ["/etc/passwd"] = "me:x:7:8::/:", ["/etc/group"] = "them:x:9:me" }

local function make(fields, machine, shares, more)
   local config = { id = "web", rootfs = "/srv/rootfs", args = { "true" } }
   for name, value in pairs(fields) do config[name] = value end
   local context = {
      namespace = "n", machine = machine, shares = shares, origin = {},
      read_file = function(path) return ACCOUNTS[path] end,
   }
   for name, value in pairs(more or {}) do context[name] = value end
   local made, err = spec.new(config, context)
   return made, err, context.origin
end

--- What asks nothing of the concerns that are shared.
local OF_EACH <const> = {
   {}, { id = "another" }, { readonly = true }, { cwd = "/tmp" }, { terminal = true },
   { env = { "A=1", "PATH=/bin" } }, { entrypoint = { "sh" } },
   { user = { name = "me" } }, { user = { uid = 5, gid = 6 } }, { groups = { "them", 4 } },
   { hostname = "h" }, { domainname = "d" },
   {
      resources = { memory = { limit = 1 << 27 } },
      resource_words = { ["memory.limit"] = "memory" },
   },
   { seccomp = { kind = "unconfined" } }, { rootfs_overlay = true },
   { console_size = { width = 1 } },
   { labels = { a = "b" }, stop_signal = 9 },
}

--- What does, and must not be seen by the next.
local SHARED <const> = {
   { mounts = { { destination = "/a", type = "bind", source = "/b", options = {} } } },
   { tmpfs = { { destination = "/t", type = "tmpfs", source = "tmpfs", options = {} } } },
   { shm_size = 1 << 20 }, { ipc = { kind = "host" } }, { pid = { kind = "host" } },
   { cgroupns = { kind = "private" } }, { network = { kind = "host" } },
   { privileged = true }, { cap_add = { "CAP_SYS_TIME" } }, { cap_drop = { "CAP_KILL" } },
   { no_new_privileges = true }, { masked_paths = { "/proc/x" } }, { readonly_paths = {} },
   { sysctl = { ["net.x"] = "1" } }, { ulimits = { { type = "RLIMIT_CORE", hard = 0, soft = 0 } } },
   { oom_score_adj = 7 }, { init = "/sbin/tini" }, { annotations = { a = "b" } },
   { device_cgroup_rules = { { allow = true, access = "r" } } },
   { concerns = { oom = function(made) table.remove(made.mounts) end } },
   { spec = function(made) made.mounts[1].options[1] = "x" end },
}

describe("neap.spec.template", function()
   it("makes the spec that is made without it, whoever came before", function()
      local machine = new_machine()
      local all = table.move(OF_EACH, 1, #OF_EACH, 1, {})
      table.move(SHARED, 1, #SHARED, #all + 1, all)
      for round = 1, 2 do
         for i, fields in ipairs(all) do
            local alone, wrong, alone_notes = make(copy.deep(fields), new_machine())
            local made, err, notes = make(copy.deep(fields), machine, true)
            local name = ("%d of round %d"):format(i, round)

            assert.is_nil(wrong and wrong.message, name)
            assert.is_nil(err and err.message, name)
            assert.same(alone, made, name)
            assert.same(alone_notes, notes, name)
            assert.equal(json.encode(alone), json.encode(made), name)
         end
      end
   end)

   it("is shared where it may be, and nowhere else", function()
      local machine = new_machine()
      local first, second = make({}, machine, true), make({ hostname = "b" }, machine, true)
      assert.equal(first.mounts, second.mounts)
      assert.equal(first.linux.namespaces, second.linux.namespaces)
      assert.not_equal(first.linux, second.linux)
      assert.not_equal(first.process, second.process)

      assert.not_equal(first.mounts, make({}, machine).mounts)
      assert.not_equal(first.mounts, make({}, new_machine(), true).mounts)
      assert.not_equal(first.mounts, make({ spec = function() end }, machine, true).mounts)
      local policies = { policies = {} }
      assert.not_equal(first.mounts, make({}, machine, true, policies).mounts)
   end)

   it("heeds a default that is changed later", function()
      local machine, size = new_machine(), defaults.shm_size
      finally(function() defaults.shm_size = size end)
      make({}, machine, true)
      defaults.shm_size = 1 << 20
      assert.matches('"size=1024k"', json.encode(make({}, machine, true).mounts), 1, true)
   end)

   it("refuses what is refused without it", function()
      local machine = new_machine()
      for _, fields in ipairs { { args = {} }, { user = { name = "nobody" } } } do
         local _, alone = make(fields, machine)
         local none, err = make(fields, machine, true)
         assert.is_nil(none)
         assert.equal(alone.message, err.message)
      end
   end)
end)
