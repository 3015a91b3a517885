local config = require "neap.config"
local nodes = require "neap.nodes"
local spec = require "neap.spec"

--- A machine with these files: what each is, by path.
local function machine_of(files)
   return {
      exists = function(path) return files[path] ~= nil end,
      stat = function(path)
         local found = files[path]
         if not found then return nil, "ENOENT" end
         return found.target and files[found.target] or found
      end,
      lstat = function(path) return files[path] end,
      list = function(path)
         local names = {}
         for name in pairs(files) do
            local child = name:sub(1, #path + 1) == path .. "/" and name:sub(#path + 2)
            if child and not child:find "/" then names[#names + 1] = child end
         end
         return names
      end,
   }
end

local function device(kind, major, minor, mode)
   return { type = "device", device = kind, major = major, minor = minor,
      mode = mode or 0x1b0, uid = 0, gid = 6 } -- 0660
end

local machine = machine_of {
   ["/dev"] = { type = "directory" },
   ["/dev/sda"] = device("b", 8, 0),
   ["/dev/disk"] = { type = "link", target = "/dev/sda" },
   ["/dev/snd"] = { type = "directory" },
   ["/dev/snd/timer"] = device("c", 116, 33),
   ["/dev/snd/by-path"] = { type = "directory" },
   ["/dev/snd/by-path/pci"] = { type = "link", target = "/dev/snd/timer" },
   ["/dev/snd/by-path/seq"] = device("c", 116, 1),
   ["/dev/snd/pipe"] = { type = "fifo" },
   ["/dev/snd/shm"] = { type = "directory" },
   ["/dev/snd/shm/other"] = device("c", 9, 9),
   ["/dev/log"] = { type = "socket" },
   ["/etc"] = { type = "directory" },
   ["/etc/passwd"] = { type = "file" },
}

local MAPPINGS <const> = { { containerID = 0, hostID = 100000, size = 65536 } }
local USERNS <const> = { uid_mappings = MAPPINGS, gid_mappings = MAPPINGS }

local function parse(fields)
   fields.rootfs, fields.args, fields.id = "/", { "x" }, "web"
   local made, err = config.create(fields)
   return made, err and err.message
end

local function new(fields)
   local made, why = parse(fields)
   if not made then error(why) end
   local origin = {}
   local result, err = spec.new(made, {
      namespace = "default", machine = machine, origin = origin,
   })
   return result, err and err.message, origin
end

local function rules_of(made)
   local rules = made.linux.resources.devices
   return table.move(rules, 11, #rules, 1, {})
end

describe("devices", function()
   local good = {
      { "/dev/sda", { host = "/dev/sda", path = "/dev/sda", permissions = "rwm" } },
      { "/dev/sda:r", { host = "/dev/sda", path = "/dev/sda", permissions = "r" } },
      { "/dev//sda/:/dev/./b", { host = "/dev/sda", path = "/dev/b", permissions = "rwm" } },
      { "/dev/sda:/dev/b:mr", { host = "/dev/sda", path = "/dev/b", permissions = "mr" } },
      { { host = "/dev/sda" }, { host = "/dev/sda", path = "/dev/sda", permissions = "rwm" } },
      { { host = "/dev/sda", path = "/dev/b", permissions = "w" },
         { host = "/dev/sda", path = "/dev/b", permissions = "w" } },
      { "nvidia.com/gpu=all", { cdi = "nvidia.com/gpu=all" } },
      { "a-1/b.c=0:1", { cdi = "a-1/b.c=0:1" } },
   }
   for _, case in ipairs(good) do
      it("are read from " .. (type(case[1]) == "string" and case[1] or "a table"), function()
         assert.same({ case[2] }, assert(parse { devices = { case[1] } }).devices)
      end)
   end

   local bad = {
      { "x", "devices: \"x\" is not a list" },
      { { 1 }, "devices[1]: 1 is not a device" },
      { { "dev/sda" }, 'devices[1]: host "dev/sda" is not an absolute path' },
      { { "/dev/sda:sdb" }, 'devices[1]: path "sdb" is not an absolute path' },
      { { "/dev/sda:/" }, 'devices[1]: path "/" is not an absolute path' },
      { { "/dev/sda:/dev/../b" }, 'devices[1]: path "/dev/../b" is not' },
      { { "/dev/sda\0" }, "devices[1]: host " },
      { { "/dev/sda:/proc" }, 'devices[1]: path "/proc": no device can be made in /proc' },
      { { "/dev/sda:/proc/meminfo" }, 'devices[1]: path "/proc/meminfo": no device' },
      { { "/dev/sda:/sys/a" }, 'devices[1]: path "/sys/a": no device can be made in' },
      { { "/dev/sda:/dev/b:x" }, 'devices[1]: permissions "x" are not some of r, w and m' },
      { { "/dev/sda:/dev/b:rr" }, 'devices[1]: permissions "rr"' },
      { { "/a:/b:r:w" }, 'devices[1]: "/a:/b:r:w" is not a device ("/dev/host' },
      { { "" }, "devices[1]: host " },
      { { {} }, "devices[1]: host nil is not" },
      { { { hosts = "/a" } }, 'devices[1]: hosts: unknown field, did you mean "host"?' },
      { { "/dev/sda", "/dev/x:/dev/sda" }, 'devices[2]: "/dev/sda" is taken by devices[1]' },
      { { "gpu=0" }, 'devices[1]: host "gpu=0" is not an absolute path' },
   }
   for _, case in ipairs(bad) do
      it("are refused: " .. case[2], function()
         local made, why = parse { devices = case[1] }

         assert.is_nil(made)
         assert.equal(case[2], why:sub(1, #case[2]))
      end)
   end

   it("become a node and a rule", function()
      local made, _, origin = new { devices = { "/dev/sda:/dev/xvda:r" } }

      assert.same({ {
         path = "/dev/xvda", type = "b", major = 8, minor = 0, fileMode = 0x1b0, uid = 0, gid = 6,
      } }, made.linux.devices)
      assert.same({ { allow = true, type = "b", major = 8, minor = 0, access = "r" } },
         rules_of(made))
      assert.equal("devices", origin["linux.devices[/dev/xvda]"])
      assert.equal("devices", origin["linux.resources.devices"])
   end)

   it("are found through a link, and keep its name", function()
      local made = new { devices = { "/dev/disk" } }

      assert.same({ "/dev/disk", 8 }, { made.linux.devices[1].path, made.linux.devices[1].major })
   end)

   it("of a directory are all below it, at the same places; links are none", function()
      local made = new { devices = { "/dev/snd:/dev/audio" } }
      local paths = {}
      for i, node in ipairs(made.linux.devices) do paths[i] = node.path end

      assert.same({ "/dev/audio/by-path/seq", "/dev/audio/timer" }, paths)
      assert.equal(2, #rules_of(made))
   end)

   it("by another name are mounted in a user namespace, which makes no nodes", function()
      local made = new {
         devices = { "/dev/sda:/dev/xvda", "/dev/snd/timer" }, userns = USERNS,
      }

      assert.equal("/dev/snd/timer", made.linux.devices[1].path)
      assert.equal(1, #made.linux.devices)
      local mount = made.mounts[#made.mounts]
      assert.same({ "/dev/sda", "/dev/xvda" }, { mount.source, mount.destination })
      assert.equal(2, #rules_of(made))
   end)

   it("that are none are refused: the path, and what it is", function()
      for path, why in pairs {
         ["/dev/nope"] = '"/dev/nope" does not exist',
         ["/etc/passwd"] = '"/etc/passwd" is a file, not a device',
         ["/dev/log"] = '"/dev/log" is a socket, not a device',
         ["/dev/snd/pipe"] = '"/dev/snd/pipe" is a fifo, not a device',
         ["/etc"] = '"/etc" is a directory without a device in it',
      } do
         local made, message = new { devices = { path } }
         assert.is_nil(made)
         assert.equal("devices[1]: " .. why, message)
      end
   end)

   it("leave a place that is taken to the last", function()
      local made = { linux = { devices = { { path = "/dev/a", major = 1 } } } }
      require("neap.spec.devices").put(made, { path = "/dev/a", major = 2 })

      assert.same({ { path = "/dev/a", major = 2 } }, made.linux.devices)
   end)
end)

describe("device_cgroup_rules", function()
   local good = {
      ["c 13:* rwm"] = { allow = true, type = "c", major = 13, access = "rwm" },
      ["b *:1 r"] = { allow = true, type = "b", minor = 1, access = "r" },
      ["a *:* rwm"] = { allow = true, type = "a", access = "rwm" },
      ["c 4095:1048575 w"] =
         { allow = true, type = "c", major = 4095, minor = 1048575, access = "w" },
   }
   for text, rule in pairs(good) do
      it("take " .. text, function()
         local made, _, origin = new { device_cgroup_rules = { text } }
         assert.same({ rule }, rules_of(made))
         assert.equal("device_cgroup_rules", origin["linux.resources.devices"])
      end)
   end

   for _, text in ipairs {
      "x 1:3 r", "c 1:3", "c 1 r", "c 1:3 x", "c 1:3 rr", "c 1*:3 r", "c 4096:0 r",
      "c 1:1048576 r", "c -1:0 r", "a 1:3 r", "a *:* r", " c 1:3 r", "c  1:3 r",
   } do
      it("refuse " .. text, function()
         local made, why = parse { device_cgroup_rules = { text } }
         assert.is_nil(made)
         assert.matches(("device_cgroup_rules[1]: %q is not a rule ("):format(text), why, 1, true)
      end)
   end
end)

describe("nodes.at", function()
   it("keeps the permissions of a mode, and nothing else", function()
      local sticky = machine_of { ["/dev/x"] = device("c", 1, 2, 0xfff) } -- 07777

      assert.equal(0x1ff, nodes.at(sticky, "/dev/x", "/dev/x")[1].fileMode)
   end)
end)
