-- What a container's root may do: capabilities, and all of it when privileged.

local commands = require "support.commands"
local core = require "neap.core"
local live = require "support.live"

local function host_capabilities()
   local file <close> = assert(io.open "/proc/self/status")
   return file:read("a"):match "CapBnd:%s*(%x+)"
end

--- A device of the host that no container has by itself.
local function host_device()
   for _, name in ipairs { "loop-control", "kmsg", "fuse", "mem" } do
      if (core.fs.stat("/dev/" .. name) or {}).device then return "/dev/" .. name end
   end
end

describe("a container's root", function()
   local client
   setup(function() client = live.client() end)
   teardown(function() client:close() end)

   local LOOK <const> = [[
      grep -E '^(Cap|Seccomp:)' /proc/self/status | tr '\t' ' '
      echo masked $(grep -c ' /proc/' /proc/self/mountinfo)
      grep -q ' /sys ro,' /proc/self/mountinfo && echo sys is read-only
      mount -t tmpfs tmpfs /tmp 2>/dev/null && echo can mount
      ls $DEVICE 2>/dev/null
      (: <$DEVICE) 2>/dev/null && echo can open
      true
   ]]

   local function look(fields)
      local config = {
         rootfs = live.rootfs(), args = { "sh", "-c", LOOK }, env = { "DEVICE=" .. host_device() },
      }
      for name, value in pairs(fields or {}) do config[name] = value end
      local result, err = client:run(config)
      if not result then error(err) end
      return result.stdout
   end

   local function caps(bounding)
      return ("CapInh: 0000000000000000\nCapPrm: %s\nCapEff: %s\nCapBnd: %s\n"
         .. "CapAmb: 0000000000000000\n"):format(bounding, bounding, bounding)
   end

   it("has docker's capabilities, and is confined", function()
      assert.matches("^" .. caps "00000000a80425fb"
         .. "Seccomp: 2\nmasked %d+\nsys is read%-only\n$", look())
   end)

   it("has what the host has when privileged, and nothing confines it", function()
      local device = host_device()
      if not device then pending "the host has none of the devices that are looked for" end
      assert.equal(caps(host_capabilities()) .. "Seccomp: 0\nmasked 0\ncan mount\n" .. device
         .. "\ncan open\n", look { privileged = true })
   end)

   it("keeps what is said beside privileged", function()
      local seen = look {
         privileged = true, seccomp = "builtin", cap_drop = { "SYS_ADMIN", "NET_RAW" },
         masked_paths = { "/proc/keys" },
      }
      local left = tonumber(host_capabilities(), 16) & ~(1 << 21 | 1 << 13)
      assert.matches(("CapEff: %016x\n"):format(left), seen, 1, true)
      assert.matches("Seccomp: 2\nmasked 1\n", seen, 1, true)
      assert.is_nil(seen:find "can mount")
   end)

   it("has all that the machine has with ALL, and is told what it does not have", function()
      assert.matches(("CapEff: %s\n"):format(host_capabilities()), look { cap_add = { "ALL" } })
      local mask = tonumber(host_capabilities(), 16)
      local known = require "neap.config.capabilities".all
      for i, name in ipairs(known) do
         if mask >> (i - 1) & 1 == 0 then
            local _, err = client:create {
               rootfs = live.rootfs(), args = { "true" }, cap_add = { name },
            }
            assert.equal("invalid_argument", err.code)
            assert.matches("this machine does not have CAP_" .. name, err.message, 1, true)
         end
      end
   end)

   it("is privileged by neap run, and sees all of /proc where that is said", function()
      local function run(...)
         return commands.neap("run", "--rootfs", live.rootfs(), ...).stdout
      end
      local SHORT <const> =
         "grep Seccomp: /proc/self/status; grep -c ' /proc/' /proc/self/mountinfo"
      assert.equal("Seccomp:\t0\n0\n", run("--privileged", "sh", "-c", SHORT))
      assert.equal("Seccomp:\t2\n0\n",
         run("--security-opt", "systempaths=unconfined", "sh", "-c", SHORT))
   end)
end)
