-- Who set what in a spec, and what differs between two.

local copy = require "neap.copy"
local difference = require "neap.spec.difference"
local json = require "neap.json"
local origin = require "neap.spec.origin"
local spec = require "neap.spec"
local tree = require "neap.spec.tree"
local valid = require "neap.spec.valid"

local context = { namespace = "default", id = "web", machine = {
   exists = function() return true end,
   read = function() return "FROM_FILE=1" end,
   getenv = os.getenv,
} }

local function config(fields)
   local made = { id = "web", rootfs = "/rootfs", args = { "true" } }
   for name, value in pairs(fields or {}) do made[name] = value end
   return made
end

--- A spec, and the notes about it.
local function make(fields, more)
   local notes, inner = {}, { origin = {} }
   for name, value in pairs(context) do inner[name] = value end
   for name, value in pairs(more or {}) do inner[name] = value end
   inner.origin = notes
   return assert(spec.new(config(fields), inner)), notes
end

local function paths_of(list)
   local found = {}
   for i, item in ipairs(list) do found[i] = item.path end
   return found
end

describe("neap.spec.tree", function()
   it("names places by fields, and elements by what they are known by", function()
      local value = {
         process = {
            args = json.array { "a", "b" }, env = json.array { "PATH=/bin", "A" },
            rlimits = json.array { { type = "RLIMIT_NOFILE", hard = 1 } },
         },
         mounts = json.array { { destination = "/data" }, { destination = "/data" } },
         linux = {
            namespaces = { { type = "pid" } }, devices = { { path = "/dev/fuse" } },
            sysctl = { ["net.ipv4.ip_forward"] = "1" }, maskedPaths = json.array {},
         },
         annotations = { a = "b" },
      }
      local found = {}
      local function walk(path, node)
         local children = tree.children(path, node)
         if not children then found[#found + 1] = path end
         for _, child in ipairs(children or {}) do walk(child.path, child.value) end
      end
      walk("", value)
      assert.same({
         "annotations[a]", "linux.devices[/dev/fuse].path", "linux.maskedPaths",
         "linux.namespaces[pid].type", "linux.sysctl[net.ipv4.ip_forward]",
         "mounts[/data].destination", "mounts[/data][2].destination",
         "process.args", "process.env[PATH]", "process.env[A]",
         "process.rlimits[RLIMIT_NOFILE].hard", "process.rlimits[RLIMIT_NOFILE].type",
      }, found)
      for _, path in ipairs(found) do assert.equal(path, tree.at(value, path).path) end
      assert.is_nil(tree.at(value, "process.nothing"))
      assert.is_nil(tree.at(value, "mounts[/dat"))
   end)

   it("takes a list for one value whose elements are not what they should be", function()
      assert.is_nil(tree.children("mounts", { { destination = 1 } }))
      assert.is_nil(tree.children("process.env", { 1 }))
      assert.is_nil(tree.children("linux.resources", { [false] = true }))
   end)

   it("knows what a path is in", function()
      local found = {}
      for prefix in tree.prefixes "a.b[c.d].e" do found[#found + 1] = prefix end
      assert.same({ "a.b[c.d].e", "a.b[c.d]", "a.b[c", "a.b", "a", "" }, found)
      for _, pair in ipairs {
         { "", "a", true }, { "a", "a", true }, { "a", "a.b", true }, { "a", "a[b]", true },
         { "a", "ab", false }, { "a.b", "a", false },
      } do assert.equal(pair[3], tree.is_within(pair[1], pair[2]), pair[1] .. ", " .. pair[2]) end
   end)
end)

describe("neap.spec.difference", function()
   it("is nothing between a spec and its copy", function()
      local made = make { env = { "A=1" } }
      assert.same({}, difference.list(made, copy.deep(made)))
      local read = json.decode(json.encode(made))
      assert.same({}, difference.list(made, read))
   end)

   it("tells each field, and elements as one", function()
      local before, after = make(), make()
      after.hostname = "other"
      after.process.env[2] = "A=1"
      after.process.oomScoreAdj = 5
      table.remove(after.mounts, 1)
      table.insert(after.mounts, { destination = "/data", type = "tmpfs" })
      after.mounts[1].options = json.array { "ro" }
      after.linux.resources.memory = { limit = 1 }
      after.linux.namespaces = json.array {}
      local found = {}
      for _, item in ipairs(difference.list(before, after)) do found[item.path] = item end
      assert.same({
         "hostname", "linux.namespaces[ipc]", "linux.namespaces[mount]",
         "linux.namespaces[network]", "linux.namespaces[pid]", "linux.namespaces[uts]",
         "linux.resources.memory.limit", "mounts[/data]", "mounts[/dev].options",
         "mounts[/proc]", "process.env[A]", "process.oomScoreAdj",
      }, require "neap.fields".names(found))
      assert.same({ path = "hostname", before = "web", after = "other" }, found.hostname)
      assert.is_nil(found["mounts[/proc]"].after)
      assert.equal("tmpfs", found["mounts[/data]"].after.type)
   end)

   it("tells that elements are in another order", function()
      local before, after = make(), make()
      table.insert(after.mounts, table.remove(after.mounts, 1))
      local found = difference.list(before, after)
      assert.same({ "mounts" }, paths_of(found))
      assert.is_true(found[1].order)
      assert.equal("mounts[/proc]", found[1].before[1])
      assert.equal("mounts[/dev]", found[1].after[1])
   end)

   it("tells numbers that no integer holds, lists from maps, and null", function()
      local big = json.uint "18446744073709551615"
      local other = json.uint "18446744073709551614"
      assert.is_true(difference.is_equal({ big }, { json.uint "18446744073709551615" }))
      assert.is_false(difference.is_equal({ big }, { other }))
      assert.is_false(difference.is_equal({ 1 }, { a = 1 }))
      assert.is_false(difference.is_equal({ a = json.null }, {}))
   end)

   it("ends with a spec that refers back to itself", function()
      local before, after = make(), make()
      after.self, after.other = after, after
      assert.is_true(#difference.list(before, after) > 0)
   end)
end)

describe("neap.spec.origin", function()
   local function option(fields, path, more)
      local made, notes = make(fields, more)
      return origin.rows(made, notes, path)[1]
   end

   it("knows the concern and the option of each field", function()
      local fields = {
         hostname = "box", env = { "A=1", "PATH=/bin" }, cap_add = { "CAP_SYS_TIME" },
         mounts = { { destination = "/data", type = "tmpfs", source = "tmpfs" } },
         sysctl = { ["net.ipv4.ip_forward"] = "1" },
      }
      for path, expected in pairs {
         ["root.path"] = { "rootfs", "root" },
         ["process.args"] = { "args", "process" },
         ["process.cwd"] = { "default", "process" },
         ["process.env[A]"] = { "env", "process" },
         ["process.env[PATH]"] = { "env", "process" },
         ["process.capabilities.bounding"] = { "cap_add", "capabilities" },
         ["process.user.uid"] = { "default", "user" },
         ["mounts[/data].type"] = { "mounts", "mounts" },
         ["mounts[/proc].type"] = { "default", "mounts" },
         ["linux.sysctl[net.ipv4.ip_forward]"] = { "sysctl", "sysctl" },
         hostname = { "hostname", "hostname" },
         ociVersion = { "default" },
      } do
         local row = option(fields, path)
         assert.same(expected, { row.option, row.concern }, path)
         assert.equal(path, row.path)
      end
   end)

   it("knows the image's part", function()
      local image = { Env = { "LANG=C" }, WorkingDir = "/srv", Cmd = { "sh" } }
      for path, expected in pairs {
         ["process.env[LANG]"] = "image", ["process.cwd"] = "image", ["process.args"] = "args",
      } do assert.equal(expected, option({}, path, { image = image }).option, path) end
   end)

   it("gives a row to each field, and to an element of a list", function()
      local made, notes = make()
      local rows = {}
      for _, row in ipairs(origin.rows(made, notes)) do rows[row.path] = row end
      assert.equal("proc", rows["mounts[/proc]"].value.type)
      assert.is_nil(rows["mounts[/proc].type"])
      assert.equal(0, rows["process.user.uid"].value)
      local below = paths_of(origin.rows(made, notes, "mounts[/proc]"))
      assert.same({ "destination", "options", "source", "type" }, {
         below[1]:match "[^.]*$", below[2]:match "[^.]*$", below[3]:match "[^.]*$",
         below[4]:match "[^.]*$",
      })
      assert.same({}, origin.rows(made, notes, "process.nothing"))
   end)

   it("has one row for a long list that one option set, unless it is asked for", function()
      local env = {}
      for i = 1, 17 do env[i] = "V" .. i .. "=x" end
      local made, notes = { process = { env = json.array(env) } }, { ["process.env"] = "env" }
      local rows = origin.rows(made, notes)
      assert.same({ { path = "process.env", value = env, option = "env", concern = "process" } },
         rows)
      assert.equal(17, #origin.rows(made, notes, "process.env"))
      notes["process.env[V7]"] = "other"
      assert.equal(17, #origin.rows(made, notes))
   end)

   it("tells what was taken away", function()
      local made, notes = make({ network = { kind = "host" } }, {
         machine = { exists = function() return false end },
      })
      assert.same(
         {{ path = "linux.namespaces[network]", concern = "network", option = "network" }},
         origin.rows(made, notes, "linux.namespaces[network]")
      )
   end)

   it("attributes what the user's function changed to spec", function()
      local fields = {
         hostname = "box",
         spec = function(made)
            made.process.oomScoreAdj = 7
            made.mounts[1].options = json.array { "ro" }
            table.remove(made.mounts)
         end,
      }
      for path, expected in pairs {
         ["process.oomScoreAdj"] = "spec", ["mounts[/proc].options"] = "spec",
         ["mounts[/proc].type"] = "default", ["mounts[/run]"] = "spec", hostname = "hostname",
      } do assert.equal(expected, option(fields, path).option, path) end
   end)

   it("forgets what was noted where the user's function put something else", function()
      local made, notes = make {
         mounts = { { destination = "/data", type = "tmpfs", source = "tmpfs" } },
         spec = function(made)
            made.mounts[#made.mounts] = { destination = "/data", type = "bind", source = "/" }
         end,
      }
      local rows = origin.rows(made, notes, "mounts[/data]")
      local options = {}
      for _, row in ipairs(rows) do options[row.path] = row.option end
      assert.same({
         ["mounts[/data].destination"] = "mounts", ["mounts[/data].source"] = "spec",
         ["mounts[/data].type"] = "spec",
      }, options)
   end)

   it("attributes a whole spec to spec", function()
      local whole = make()
      assert.equal("spec", option({ spec = whole }, "process.cwd").option)
      local made, notes = make { spec = whole, labels = {} }
      for _, row in ipairs(origin.rows(made, notes)) do
         assert.truthy(({ spec = true, rootfs = true, args = true, image = true })[row.option])
      end
   end)

   it("attributes to a concern of the user's what it changed and what it left out", function()
      local fields = {
         concerns = {
            hostname = function(made) made.hostname, made.domainname = "mine", "example" end,
            paths = false,
         },
      }
      for path, expected in pairs {
         hostname = "concerns.hostname", domainname = "concerns.hostname",
         ["linux.maskedPaths"] = "concerns.paths", ["process.cwd"] = "default",
      } do assert.equal(expected, option(fields, path).option, path) end
   end)
end)

--- A config's part for each option of the concerns; what `made` needs beside it.
local SAMPLES <const> = {
   rootfs = { rootfs = "/other" },
   image = { rootfs = false, image = "an-image" },
   rootfs_overlay = { rootfs_overlay = true },
   readonly = { readonly = true },
   args = { args = { "other" } },
   entrypoint = { entrypoint = { "sh" } },
   env = { env = { "A=1", "PATH=/bin" } },
   env_file = { env_file = { "/vars" } },
   cwd = { cwd = "/tmp" },
   terminal = { terminal = true },
   console_size = { terminal = true, console_size = { width = 80, height = 24 } },
   user = { user = { uid = 5, gid = 6 } },
   groups = { groups = { 7 } },
   hostname = { hostname = "box" },
   domainname = { domainname = "example" },
   mounts = { mounts = { { destination = "/data", type = "tmpfs", source = "tmpfs" } } },
   tmpfs = { tmpfs = { { destination = "/t", type = "tmpfs", source = "tmpfs" } } },
   shm_size = { shm_size = 4096 },
   network = { network = { kind = "host" } },
   pid = { pid = { kind = "host" } },
   ipc = { ipc = { kind = "host" } },
   uts = { uts = { kind = "host" } },
   cgroupns = { cgroupns = { kind = "private" } },
   userns = { userns = {
      uidMappings = { { containerID = 0, hostID = 1000, size = 1 } },
      gidMappings = { { containerID = 0, hostID = 1000, size = 1 } },
   } },
   cap_add = { cap_add = { "CAP_SYS_TIME" } },
   cap_drop = { cap_drop = { "ALL" } },
   no_new_privileges = { no_new_privileges = true },
   privileged = { privileged = true },
   apparmor = { apparmor = "mine" },
   selinux = { selinux = { type = "mine_t" } },
   seccomp = { seccomp = { kind = "unconfined" } },
   masked_paths = { masked_paths = { "/proc/kcore" } },
   readonly_paths = { readonly_paths = {} },
   sysctl = { sysctl = { ["net.ipv4.ip_forward"] = "1", ["kernel.sem"] = "1" } },
   ulimits = { ulimits = { { type = "RLIMIT_NOFILE", soft = 1, hard = 1 } } },
   oom_score_adj = { oom_score_adj = 5 },
   init = { init = "/usr/bin/tini-static" },
   annotations = { annotations = { ["a.b"] = "c" } },
   devices = { devices = {
      { host = "/dev/fuse", path = "/dev/fuse", permissions = "rwm" }, { cdi = "a.b/c=d" },
   } },
   device_cgroup_rules = { device_cgroup_rules = { { allow = true, type = "a", access = "rwm" } } },
}
local LIMITS <const> = { resources = {
   memory = { limit = 1 << 20 }, cpu = { quota = 1000 }, unified = { ["memory.max"] = "1" },
} }
for name in pairs(require "neap.resources".fields) do SAMPLES[name] = LIMITS end

--- Where every file is a device, but for one that says what another is.
local MACHINE <const> = {
   exists = function() return true end,
   stat = function()
      return { type = "device", device = "c", major = 1, minor = 2, mode = 438, uid = 0, gid = 0 }
   end,
   cgroup = function() return nil end,
   list = function() return { "vendor.json" } end,
   has_apparmor = function() return true end,
   has_profile = function(name) return name == "mine" end,
   has_selinux = function() return true end,
   read = function(path)
      if path:find "lxc_contexts" then return 'process = "u:r:t:s0"\nfile = "u:r:f:s0"\n' end
      return json.encode { cdiVersion = "0.7.0", kind = "a.b/c", devices = { {
         name = "d", containerEdits = {
            env = { "D=1" }, deviceNodes = { { path = "/dev/d" } }, additionalGids = { 5 },
            mounts = { { hostPath = "/d", containerPath = "/d", options = { "bind" } } },
            hooks = { { hookName = "poststop", path = "/bin/true" } },
            intelRdt = { closID = "d" },
         },
      } } }
   end,
}

describe("each option", function()
   local default, known

   setup(function() default, known = spec.default(context), {} end)
   teardown(function() default, known = nil, nil end)

   --- What a sample changes: the paths, and the options that are noted for them.
   --- Made once: all limits have one sample.
   local function changes_of(sample)
      if known[sample] then return known[sample] end
      local fields = copy.deep(sample)
      if fields.rootfs == nil then fields.rootfs = "/rootfs" end
      fields.rootfs = fields.rootfs or nil
      local made, notes = make(fields, { machine = MACHINE })
      assert(valid.check(made)) -- which is asked only of specs of the user's own
      local found = {}
      for _, changed in ipairs(difference.list(default, made)) do
         if not changed.order then found[changed.path] = origin.option(notes, changed.path) end
      end
      known[sample] = found
      return found
   end

   --- What is wrong with the notes about an option; a list, added to.
   local function judge(name, problems)
      local sample = SAMPLES[name]
      if not sample then
         problems[#problems + 1] = name .. " has no sample config: add one to SAMPLES"
         return
      end
      local is_default = name == "image" or name == "rootfs_overlay" -- the same root.path
      local has_own = is_default or sample == LIMITS
      local changes = changes_of(sample)
      for path, option in pairs(changes) do
         if option == "default" then
            problems[#problems + 1] = ("%s changes %s, which is not noted"):format(name, path)
         end
         has_own = has_own or option:find(name, 1, true) ~= nil
      end
      if not next(changes) then problems[#problems + 1] = name .. " changes nothing" end
      if not has_own then problems[#problems + 1] = "nothing is noted as set by " .. name end
   end

   for _, concern in ipairs(require "neap.spec.concerns".list) do
      it("of " .. concern.name .. " is noted wherever it changes the spec", function()
         local problems = {}
         for _, name in ipairs(concern.options) do judge(name, problems) end
         assert.same({}, problems)
      end)
   end
end)
