local config = require "neap.config"
local spec = require "neap.spec"

--- A machine on which these profiles are loaded; nil: it has no AppArmor.
local function machine_with(loaded)
   return {
      has_apparmor = function() return loaded ~= nil end,
      has_profile = function(name) return loaded[name] == true, loaded end,
   }
end

local function new(fields, machine)
   local given = { id = "web", rootfs = "/r", args = { "true" } }
   for name, value in pairs(fields) do given[name] = value end
   local checked, wrong = config.create(given, { cwd = "/" })
   if not checked then return nil, wrong.message end
   local origin = {}
   local made, err = spec.new(checked, { namespace = "x", machine = machine, origin = origin })
   if not made then return nil, err.message end
   return made.process.apparmorProfile or "none", origin["process.apparmorProfile"]
end

describe("a container's AppArmor profile", function()
   local NONE <const>, OTHER <const> = machine_with(nil), machine_with { mine = true }
   local DOCKER <const> = machine_with { ["docker-default"] = true }

   local cases = {
      { "none without AppArmor", {}, NONE, "none" },
      { "docker's where it is loaded", {}, DOCKER, "docker-default" },
      { "none where docker's is not loaded", {}, OTHER, "none" },
      { "the one that is asked for", { apparmor = "mine" }, OTHER, "mine", "apparmor" },
      { "unconfined", { apparmor = "unconfined" }, DOCKER, "unconfined", "apparmor" },
      { "no word for unconfined without AppArmor", { apparmor = "unconfined" }, NONE, "none",
         "apparmor" },
      { "unconfined when privileged", { privileged = true }, DOCKER, "unconfined", "privileged" },
      { "the one asked for when privileged", { privileged = true, apparmor = "docker-default" },
         DOCKER, "docker-default", "apparmor" },
   }
   for _, case in ipairs(cases) do
      it("is " .. case[1], function()
         assert.same({ case[4], case[5] }, { new(case[2], case[3]) })
      end)
   end

   it("is refused where it is not there", function()
      local _, why = new({ apparmor = "mine" }, NONE)
      assert.matches("apparmor: mine is asked for, and this machine does not have AppArmor enabled",
         why, 1, true)
      _, why = new({ apparmor = "docker-defualt" }, DOCKER)
      assert.matches('docker-defualt is not loaded on this machine, did you mean "docker-default"?',
         why, 1, true)
      _, why = new({ apparmor = "" }, DOCKER)
      assert.equal('apparmor: "" is not a string on one line', why)
   end)
end)
