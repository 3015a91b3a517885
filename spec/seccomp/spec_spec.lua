local config = require "neap.config"
local json = require "neap.json"
local profile = require "neap.seccomp.profile"
local spec = require "neap.spec"

describe("the seccomp of a spec", function()
   local ALLOW <const> = assert(profile.parse { defaultAction = "SCMP_ACT_LOG", syscalls = {
      { names = { "mount" }, action = "SCMP_ACT_ALLOW", includes = { caps = { "CAP_SYS_ADMIN" } } },
   } })
   local PATH <const> = "/usr/share/containers/seccomp.json"
   local files = { [PATH] = ALLOW, ["/mine"] = ALLOW }
   local machine = {
      exists = function() return true end,
      architecture = function() return "x86_64" end,
      release = function() return "6.1" end,
      seccomp = function(path)
         if files[path] then return files[path] end
         return nil, path .. " does not exist", "ENOENT"
      end,
   }
   after_each(function() files[PATH] = ALLOW end)

   local function new(fields)
      local given = { id = "web", rootfs = "/r", args = { "true" } }
      for name, value in pairs(fields or {}) do given[name] = value end
      local checked, wrong = config.create(given, { cwd = "/" })
      if not checked then return nil, wrong end
      local origin = {}
      local made, err = spec.new(checked, { namespace = "x", machine = machine, origin = origin })
      return made and made.linux.seccomp, err, origin
   end

   it("is the distribution's by default, for the capabilities there are", function()
      local made, _, origin = new()
      assert.same({ defaultAction = "SCMP_ACT_LOG", syscalls = {} }, made)
      assert.is_nil(origin["linux.seccomp"])
      made, _, origin = new { cap_add = { "SYS_ADMIN" } }
      assert.equal("mount", made.syscalls[1].names[1])
      assert.equal("cap_add", origin["linux.seccomp.syscalls"])
      assert.same(made, new { seccomp = "builtin", cap_add = { "SYS_ADMIN" } })
   end)

   it("is none only where that is asked for", function()
      local made, err, origin = new { seccomp = "unconfined" }
      assert.is_nil(made)
      assert.is_nil(err)
      assert.equal("seccomp", origin["linux.seccomp"])
   end)

   it("comes from a file or a table", function()
      assert.equal("SCMP_ACT_LOG", new({ seccomp = "mine" }).defaultAction)
      assert.equal("SCMP_ACT_TRAP", new({
         seccomp = { defaultAction = "SCMP_ACT_TRAP" },
      }).defaultAction)
   end)

   it("is refused where its file is missing, by the package's name", function()
      files[PATH] = nil
      local made, err = new()

      assert.is_nil(made)
      assert.equal("seccomp: the default profile /usr/share/containers/seccomp.json is missing: "
         .. 'install golang-github-containers-common, or give a profile, or "unconfined"',
         err.message)
      assert.same({ "failed_precondition", "container.create" }, { err.code, err.op })
      assert.equal('seccomp: /gone does not exist (a file, "unconfined", "builtin" or a table)',
         (select(2, new { seccomp = "gone" })).message)
   end)

   it("is refused where it is none", function()
      local cases = {
         { 7, 'seccomp: 7 is not "unconfined", "builtin", a file or a profile' },
         { "", 'seccomp: "" is not "unconfined", "builtin", a file or a profile' },
         { { defaultAction = "NO" }, 'seccomp: defaultAction: "NO" is not an action' },
      }
      for _, case in ipairs(cases) do
         assert.matches(case[2], (select(2, new { seccomp = case[1] })).message, 1, true)
      end
   end)

   it("is shared, and the user's own where the user's functions may edit it", function()
      assert.equal(new(), new())
      local edited = new { spec = function(made) made.linux.seccomp.defaultAction = "x" end }
      assert.equal("x", edited.defaultAction)
      edited = new { concerns = { oom = function(made) made.linux.seccomp = nil end } }
      assert.equal("SCMP_ACT_LOG", edited.defaultAction)
      local checked = assert(config.create({ rootfs = "/r", args = { "true" } }, { cwd = "/" }))
      local made = assert(spec.new(checked, { namespace = "x", machine = machine, policies = {
         { name = "traps", fn = function(own)
            own.linux.seccomp.defaultAction = "SCMP_ACT_TRAP"
         end },
      } }))
      assert.equal("SCMP_ACT_TRAP", made.linux.seccomp.defaultAction)
      assert.equal("SCMP_ACT_LOG", new().defaultAction)
   end)

   it("is checked again where the user's function wrote it", function()
      local _, err = new { spec = function(made) made.linux.seccomp.defaultAction = "" end }
      assert.matches("spec.linux.seccomp.defaultAction: ", err.message, 1, true)
   end)

   it("leaves a whole spec alone, and is refused beside its own", function()
      local whole = { process = { args = { "x" } },
         linux = { namespaces = { { type = "mount" } } } }
      local checked = assert(config.create({ spec = whole, rootfs = "/r" }, { cwd = "/" }))
      local made = assert(spec.new(checked, { namespace = "x", machine = machine }))
      assert.is_nil(made.linux.seccomp)

      for _, sets in ipairs { json.null, { bounding = { {} } }, { bounding = "CAP_KILL" } } do
         whole.process.capabilities = sets
         checked = assert(config.create(
            { spec = whole, rootfs = "/r", seccomp = "builtin" }, { cwd = "/" }
         ))
         local ok, err = pcall(spec.new, checked, { namespace = "x", machine = machine })
         assert.is_true(ok, err)
      end
      whole.process.capabilities = nil
      whole.linux.seccomp = {}
      local _, err = config.create(
         { spec = whole, rootfs = "/r", seccomp = "unconfined" }, { cwd = "/" }
      )
      assert.equal("seccomp: the spec has linux.seccomp itself", err.message)
   end)
end)
