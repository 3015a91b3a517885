--- From a profile to what the runtime is told: the rules that hold for this
--- machine, this kernel and these capabilities, as moby resolves them.

local copy = require "neap.copy"
local json = require "neap.json"
local words = require "neap.seccomp.words"

local resolve = {}

---@class neap.seccomp.Situation
---@field machine string   uname's
---@field release string   the kernel's: "6.1.0-18-amd64"
---@field caps string[]    the container's bounding set

local made = setmetatable({}, { __mode = "k" })

local KEPT <const> = 32 -- how many sets of capabilities a profile remembers

local function has(list, wanted)
   for _, item in ipairs(list) do
      if item == wanted then return true end
   end
   return false
end

local function is_at_least(kernel, wanted)
   if kernel[1] ~= wanted[1] then return kernel[1] > wanted[1] end
   return kernel[2] >= wanted[2]
end

--- All of it must be so.
local function is_included(condition, now)
   if condition.arches and #condition.arches > 0 and not has(condition.arches, now.go) then
      return false
   end
   for _, name in ipairs(condition.caps or {}) do
      if not now.caps[name] then return false end
   end
   return not condition.minKernel or is_at_least(now.kernel, condition.minKernel)
end

--- Any of it is enough.
local function is_excluded(condition, now)
   if condition.arches and has(condition.arches, now.go) then return true end
   for _, name in ipairs(condition.caps or {}) do
      if now.caps[name] then return true end
   end
   return condition.minKernel ~= nil and is_at_least(now.kernel, condition.minKernel)
end

local function now_of(situation)
   local major, minor = situation.release:match "^(%d+)%.(%d+)"
   local caps = {}
   for _, name in ipairs(situation.caps) do caps[name] = true end
   return {
      go = (words.machines[situation.machine] or {}).go or situation.machine,
      scmp = (words.machines[situation.machine] or {}).scmp,
      kernel = { tonumber(major) or 0, tonumber(minor) or 0 },
      caps = caps,
   }
end

--- Without any the runtime's own architecture is meant.
local function architectures(profile, now)
   local list = profile.architectures
   local others = profile.arch_map and now.scmp and profile.arch_map[now.scmp]
   if others then list = table.move(others, 1, #others, 2, { now.scmp }) end
   return list and #list > 0 and copy.list(list) or nil
end

local function make(profile, situation)
   local now = now_of(situation)
   local oci = {}
   for name, value in pairs(profile.base) do oci[name] = value end
   oci.architectures = architectures(profile, now)
   oci.syscalls = json.array()
   for _, item in ipairs(profile.rules) do
      local holds = (not item.includes or is_included(item.includes, now))
         and not (item.excludes and is_excluded(item.excludes, now))
      if holds then table.insert(oci.syscalls, item.rule) end
   end
   return oci
end

--- Resolve a profile. The answer is remembered with the profile and shared: it is
--- to be read only.
---@param profile neap.seccomp.Profile
---@param situation neap.seccomp.Situation
---@return table seccomp  OCI's linux.seccomp
function resolve.new(profile, situation)
   local key = table.concat(situation.caps, ",")
   local known = profile.resolved
   if not known or known.count == KEPT then
      known = { count = 0, by_caps = {} }
      profile.resolved = known
   end
   if not known.by_caps[key] then
      local new = make(profile, situation)
      known.by_caps[key], made[new] = new, true
      json.keep(new)
      known.count = known.count + 1
   end
   return known.by_caps[key]
end

--- Is it one of those? A copy is none.
---@param seccomp any
---@return boolean
function resolve.is_made(seccomp) return made[seccomp] == true end

return resolve
