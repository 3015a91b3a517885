local cdi = require "neap.cdi"
local file = require "neap.cdi.file"
local json = require "neap.json"
local spec = require "neap.spec"

local DIRS <const> = { "/etc/cdi", "/var/run/cdi" }

--- A machine whose CDI files say this.
local function machine_of(files)
   return {
      list = function(directory)
         local names = {}
         for path in pairs(files) do
            names[#names + 1] = path:match("^" .. directory .. "/([^/]*)$")
         end
         return names
      end,
      read = function(path)
         local content = files[path]
         return type(content) == "table" and json.encode(content) or content
      end,
      stat = function(path)
         if path == "/dev/gpu0" then
            return { type = "device", device = "c", major = 195, minor = 3, mode = 0x1b6,
               uid = 0, gid = 0 }
         end
         if path == "/etc/passwd" then return { type = "file" } end
         return nil, "ENOENT"
      end,
   }
end

local function content(devices, more)
   local made = { cdiVersion = "0.6.0", kind = "vendor.com/gpu", devices = {} }
   for name, edits in pairs(devices) do
      table.insert(made.devices, { name = name, containerEdits = edits })
   end
   for name, value in pairs(more or {}) do made[name] = value end
   return made
end

local function env(text) return { env = { text } } end

local function paths_of(list)
   local found = {}
   for i, device in ipairs(list) do found[i] = device.name:match "=(.*)" .. " " .. device.path end
   return found
end

describe("neap.cdi.find", function()
   local machine = machine_of {
      ["/etc/cdi/a.json"] = content { ["0"] = env "A=etc", one = env "A=1" },
      ["/etc/cdi/b.json"] = content { twin = env "A=1" },
      ["/etc/cdi/c.json"] = content { twin = env "A=2", settled = env "A=1" },
      ["/etc/cdi/d.json"] = content { settled = env "A=1" },
      ["/etc/cdi/y.yaml"] = 'cdiVersion: 0.5.0\nkind: y.com/thing\ndevices:\n- name: "0"\n'
         .. "  containerEdits:\n    deviceNodes:\n    - path: /dev/y\n      fileMode: 0660\n",
      ["/etc/cdi/bad.json"] = "{",
      ["/etc/cdi/README"] = "not one",
      ["/var/run/cdi/a.json"] = content { ["0"] = env "A=run" },
      ["/var/run/cdi/d.json"] = content { settled = env "A=1" },
      ["/var/run/cdi/e.json"] = content({ x = env "A=1", y = env "A=2" }, { kind = "o.com/nic" }),
      ["/var/run/cdi/f.json"] = content({ all = env "A=1", y = env "A=2" }, { kind = "o.com/all" }),
   }

   local good = {
      { "one by its name", { "vendor.com/gpu=one" }, { "one /etc/cdi/a.json" } },
      { "that of the later directory", { "vendor.com/gpu=0" }, { "0 /var/run/cdi/a.json" } },
      { "that which an earlier directory has twice", { "vendor.com/gpu=settled" },
         { "settled /var/run/cdi/d.json" } },
      { "all of a kind", { "o.com/nic=all" },
         { "x /var/run/cdi/e.json", "y /var/run/cdi/e.json" } },
      { "one that is called all", { "o.com/all=all" }, { "all /var/run/cdi/f.json" } },
      { "each once", { "o.com/nic=y", "o.com/nic=all" },
         { "y /var/run/cdi/e.json", "x /var/run/cdi/e.json" } },
   }
   for _, case in ipairs(good) do
      it("finds " .. case[1], function()
         assert.same(case[3], paths_of(assert(cdi.find(machine, DIRS, case[2]))))
      end)
   end

   it("reads YAML as well as JSON", function()
      assert.same({ deviceNodes = { { path = "/dev/y", fileMode = 432 } } },
         assert(cdi.find(machine, DIRS, { "y.com/thing=0" }))[1].edits)
   end)

   it("refuses what two files of a directory know", function()
      local list, why = cdi.find(machine, DIRS, { "vendor.com/gpu=twin" })

      assert.is_nil(list)
      assert.equal(
         '"vendor.com/gpu=twin" is in two files: /etc/cdi/b.json and /etc/cdi/c.json', why
      )
   end)

   it("says where it looked, what else there is, and which file it could not use", function()
      local list, why = cdi.find(machine, DIRS, { "vendor.com/gpu=onee" })

      assert.is_nil(list)
      assert.matches('^"vendor.com/gpu=onee" is not a CDI device, did you mean '
         .. '"vendor.com/gpu=one"%? %(by the files in /etc/cdi, /var/run/cdi; of the files there '
         .. 'cannot be used /etc/cdi/bad.json: .+%)$', why)
   end)

   it("says so where there is no directory", function()
      local list, why = cdi.find(machine_of {}, DIRS, { "a.b/c=all" })

      assert.is_nil(list)
      assert.equal('"a.b/c=all" is not a CDI device (by the files in /etc/cdi, /var/run/cdi)', why)
   end)
end)

describe("a CDI file", function()
   local node = { path = "/dev/x" }
   local bad = {
      { { kind = "a/b", devices = {} }, "it.cdiVersion: missing" },
      { content({}, { kind = "gpu" }), 'it.kind: "gpu" is not "vendor/class"' },
      { content({}, { cdiVersion = "2.0.0" }),
         'cdiVersion: "2.0.0" is not known (0.1.0 to 1.1.0)' },
      { content({}, { devises = {} }), 'it.devises: unknown field, did you mean "devices"?' },
      { content { ["-x"] = {} }, 'it.devices[0].name: "-x" is not the name of a device' },
      { content({}, { devices = { { name = "x" } } }), "it.devices[0].containerEdits: missing" },
      { content({}, { devices = { { name = "x", containerEdits = {} },
         { name = "x", containerEdits = {} } } }), 'devices: "x" is there twice' },
      { content { x = { env = { "A" } } },
         'it.devices[0].containerEdits.env[0]: "A" is not "NAME=value"' },
      { content { x = { deviceNodes = { {} } } },
         "it.devices[0].containerEdits.deviceNodes[0].path: missing" },
      { content { x = { deviceNodes = { { path = "/dev/x", type = "q" } } } },
         'it.devices[0].containerEdits.deviceNodes[0].type: "q" is not one of b, c, u, p' },
      { content { x = { deviceNodes = { { path = "/dev/x", major = -1 } } } },
         "it.devices[0].containerEdits.deviceNodes[0].major: -1 is not a whole number" },
      { content { x = { deviceNodes = { { path = "/dev/../x" } } } },
         'it.devices[0].containerEdits.deviceNodes[0].path: "/dev/../x" is not an absolute path' },
      { content { x = { hooks = { { hookName = "late", path = "/x" } } } },
         'it.devices[0].containerEdits.hooks[0].hookName: "late" is not one of prestart' },
      { content { x = { mounts = { { hostPath = "/x" } } } },
         "it.devices[0].containerEdits.mounts[0].containerPath: missing" },
      { content({ x = { mounts = { { hostPath = "/", containerPath = "/x", type = "bind" } } } },
         { cdiVersion = "0.3.0" }), "cdiVersion: 0.3.0, but what it says needs 0.4.0" },
      { content({ ["0"] = {} }, { cdiVersion = "0.4.0" }),
         "cdiVersion: 0.4.0, but what it says needs 0.5.0" },
      { content({}, { cdiVersion = "0.5.0", kind = "a/b.c" }),
         "cdiVersion: 0.5.0, but what it says needs 0.6.0" },
      { content { x = { additionalGids = { 5 } } },
         "cdiVersion: 0.6.0, but what it says needs 0.7.0" },
      { content({ x = { netDevices = { { hostInterfaceName = "a", name = "b" } } } },
         { cdiVersion = "1.0.0" }), "cdiVersion: 1.0.0, but what it says needs 1.1.0" },
      { 5, "it: 5 is not an object" },
   }
   for _, case in ipairs(bad) do
      it("is refused: " .. case[2], function()
         local made, why = file.check(case[1])
         assert.is_nil(made)
         assert.equal(case[2], why:sub(1, #case[2]))
      end)
   end

   it("may say null for what it leaves out", function()
      assert(file.check(content { x = { deviceNodes = { { path = "/dev/x", uid = json.null } } } }))
   end)

   it("may be of any version that has what it says", function()
      assert(file.check(content({ x = { deviceNodes = { node } } }, { cdiVersion = "0.1.0" })))
   end)
end)

describe("a CDI device", function()
   local function new(edits, more, config)
      local origin = {}
      local made, err = spec.new({
         id = "web", rootfs = "/rootfs", args = { "true" },
         devices = { { cdi = "vendor.com/gpu=all" } }, env = { "A=0", "B=0" },
         user = config and config.user, mounts = config and config.mounts,
      }, {
         namespace = "default", cdi_dirs = DIRS, origin = origin,
         machine = machine_of { ["/etc/cdi/a.json"] = content(edits, more) },
      })
      return made, err and err.message, origin
   end

   it("sets variables: the file's once, then its own", function()
      local made, _, origin = new({ x = env "A=1", y = env "C=1" },
         { containerEdits = { env = { "A=2", "D=1" } } })

      assert.same({ "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "A=1",
         "B=0", "D=1", "C=1" }, made.process.env)
      assert.equal("devices", origin["process.env[C]"])
   end)

   it("has nodes, of which the host's say what the file does not", function()
      local made = new { x = { deviceNodes = {
         { path = "/dev/mine", hostPath = "/dev/gpu0", permissions = "rw" },
         { path = "/dev/made", type = "b", major = 7, minor = 1, fileMode = 384, uid = 5, gid = 6 },
         { path = "/dev/pipe", type = "p" },
      } } }

      assert.same({
         { path = "/dev/mine", type = "c", major = 195, minor = 3 },
         { path = "/dev/made", type = "b", major = 7, minor = 1, fileMode = 384, uid = 5, gid = 6 },
         { path = "/dev/pipe", type = "p" },
      }, made.linux.devices)
      local rules = made.linux.resources.devices
      assert.same({
         { allow = true, type = "c", major = 195, minor = 3, access = "rw" },
         { allow = true, type = "b", major = 7, minor = 1, access = "rwm" },
      }, { rules[#rules - 1], rules[#rules] })
   end)

   it("belongs to the container's user unless the file says otherwise", function()
      local made = new({ x = { deviceNodes = { { path = "/dev/gpu0" } } } }, nil,
         { user = { uid = 7, gid = 8 } })

      assert.same({ 7, 8 }, { made.linux.devices[1].uid, made.linux.devices[1].gid })
   end)

   it("takes a mount's place, in order of depth", function()
      local made, _, origin = new({ x = { mounts = {
         { hostPath = "/host", containerPath = "/a", options = { "ro", "bind" } },
         { hostPath = "/proc2", containerPath = "/proc", options = { "bind" } },
      } } }, nil, { mounts = { { destination = "/a/b", source = "/s", type = "bind" } } })

      local order = {}
      for i, mount in ipairs(made.mounts) do order[i] = mount.destination end
      assert.same({ "/proc", "/dev", "/sys", "/run", "/a", "/dev/pts", "/dev/shm",
         "/dev/mqueue", "/a/b" }, order)
      assert.same({ destination = "/a", source = "/host", options = { "ro", "bind" } },
         made.mounts[5])
      assert.equal("devices", origin["mounts[/a]"])
   end)

   it("has hooks and groups", function()
      local hook = { path = "/bin/hook", args = { "hook", "" }, env = { "A=1" }, timeout = 5 }
      local given = { hookName = "createRuntime" }
      for name, value in pairs(hook) do given[name] = value end
      local made, _, origin = new({ x = { hooks = { given }, additionalGids = { 0, 44, 44 },
         intelRdt = { closID = "a" } } }, { cdiVersion = "0.7.0" })

      assert.same({ createRuntime = { hook } }, made.hooks)
      assert.same({ 44 }, made.process.user.additionalGids)
      assert.same({ closID = "a" }, made.linux.intelRdt)
      assert.equal("devices", origin["hooks.createRuntime"])
   end)

   local bad = {
      { { deviceNodes = { { path = "/dev/gone" } } }, '"/dev/gone" does not exist' },
      { { deviceNodes = { { path = "/dev/x", hostPath = "/etc/passwd" } } },
         '"/etc/passwd" is a file, not a device' },
      { { deviceNodes = { { path = "/dev/gpu0", type = "b" } } },
         '"/dev/gpu0" is a device of type c, not b' },
      { { netDevices = { { hostInterfaceName = "a", name = "b" } } },
         "netDevices: needs a runtime that knows" },
   }
   for _, case in ipairs(bad) do
      it("is refused: " .. case[2], function()
         local made, why = new({ x = case[1] }, { cdiVersion = "1.1.0" })
         local whole = "devices: vendor.com/gpu=x, by /etc/cdi/a.json: " .. case[2]
         assert.is_nil(made)
         assert.equal(whole, why:sub(1, #whole))
      end)
   end
end)
