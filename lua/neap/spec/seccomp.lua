--- Which system calls a container's processes may use.
--
-- By default those of the profile that Debian's golang-github-containers-common
-- ships. A profile depends on the capabilities, so this comes after all that
-- changes them. OCI runtime-spec, config-linux.md, "Seccomp"; moby's
-- profiles/seccomp for what docker's format adds.

local copy = require "neap.copy"
local defaults = require "neap.defaults"
local failure = require "neap.error"
local resolve = require "neap.seccomp.resolve"

local seccomp = { options = { "seccomp" }, paths = { "linux.seccomp" }, is_of_each = true }

--- Never unconfined because something is missing.
local function builtin(context)
   local profile, why, errno = context.machine.seccomp(defaults.seccomp)
   if profile then return profile end
   if errno ~= "ENOENT" then return nil, "seccomp: " .. why end
   return nil, failure.new { code = "failed_precondition", errno = errno,
      message = ("seccomp: the default profile %s is missing: install %s, or give a profile, "
         .. 'or "unconfined"'):format(defaults.seccomp, defaults.seccomp_package),
   }
end

local function profile_of(wanted, context)
   if wanted.kind == "builtin" then return builtin(context) end
   if wanted.kind == "profile" then return wanted.profile end
   local profile, why = context.machine.seccomp(wanted.path)
   if profile then return profile end
   return nil, ('seccomp: %s (a file, "unconfined", "builtin" or a table)'):format(why)
end

--- What the user himself put into the spec has not been checked yet.
local function bounding_of(spec, is_ours)
   local sets, names = spec.process.capabilities, {}
   if is_ours then return sets.bounding end
   local bounding = type(sets) == "table" and sets.bounding
   for _, name in ipairs(type(bounding) == "table" and bounding or {}) do
      if type(name) == "string" then names[#names + 1] = name end
   end
   return names
end

local BUILTIN <const>, UNCONFINED <const> = { kind = "builtin" }, { kind = "unconfined" }

---@param spec table
---@param config table
---@param context neap.spec.Context
---@return true? ok
---@return string|neap.Error|nil why
function seccomp.apply(spec, config, context)
   local wanted = config.seccomp or config.privileged and UNCONFINED
      or not context.is_whole and BUILTIN
   if not wanted then return true end
   local origin = context.origin
   if config.seccomp or config.privileged then
      origin["linux.seccomp"] = config.seccomp and "seccomp" or "privileged"
   end
   if wanted.kind == "unconfined" then
      spec.linux.seccomp = nil
      return true
   end

   local profile, why = profile_of(wanted, context)
   if not profile then return nil, why end
   local made = resolve.new(profile, {
      machine = context.machine.architecture(), release = context.machine.release(),
      caps = bounding_of(spec, not context.is_foreign),
   })
   if not config.seccomp then
      origin["linux.seccomp.syscalls"] = origin["process.capabilities"]
   end
   -- What is shared nobody else may write to.
   spec.linux.seccomp = context.is_foreign and copy.deep(made) or made
   return true
end

return seccomp
