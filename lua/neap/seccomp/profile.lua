--- A seccomp profile in docker's format, checked.
--
-- https://docs.docker.com/engine/security/seccomp and moby's profiles/seccomp:
-- what OCI's runtime-spec has (defaultAction, architectures, syscalls), and
-- `archMap`, and per rule `includes` and `excludes`, which are resolved against
-- the machine and the container (neap.seccomp.resolve). containers-common adds
-- names beside the numbers of errors (`errno`, `defaultErrno`): the numbers count.

local json = require "neap.json"
local reader = require "neap.seccomp.reader"
local rule = require "neap.seccomp.rule"
local words = require "neap.seccomp.words"

local profile = {}

---@class neap.seccomp.Profile
---@field base table  OCI's seccomp, without architectures and syscalls
---@field architectures? string[]
---@field arch_map? table<string, string[]>
---@field rules neap.seccomp.Rule[]

local PROFILE <const> = rule.set [[
   defaultAction defaultErrnoRet defaultErrno architectures archMap syscalls flags
   listenerPath listenerMetadata
]]
local ARCH <const> = rule.set "architecture subArchitectures"

local function read_arch(item, place)
   return reader.word(item, words.architectures, "an architecture", place)
end

local function read_arch_map(value, place)
   local map
   reader.list(value, function(item, where)
      reader.map(item, ARCH, where)
      local sub, sub_place = reader.field(item, "subArchitectures", where)
      map = map or {}
      map[read_arch(reader.field(item, "architecture", where))] =
         reader.list(sub, read_arch, sub_place) or {}
   end, place)
   return map
end

local function read_flag(item, place)
   return reader.word(item, words.flags, "a flag", place)
end

local function read_base(given)
   local flags, flags_place = reader.field(given, "flags", "")
   local path, path_place = reader.field(given, "listenerPath", "")
   local metadata, metadata_place = reader.field(given, "listenerMetadata", "")
   local list = reader.list(flags, read_flag, flags_place)
   return {
      defaultAction = rule.action(given, "defaultAction", ""),
      defaultErrnoRet = rule.errno(given, "defaultErrnoRet", "defaultErrno", ""),
      flags = list and json.array(list),
      listenerPath = path and reader.string(path, path_place),
      listenerMetadata = metadata and reader.string(metadata, metadata_place),
   }
end

local function check_listener(made)
   local notifies = made.base.defaultAction == "SCMP_ACT_NOTIFY"
   for _, item in ipairs(made.rules) do
      notifies = notifies or item.rule.action == "SCMP_ACT_NOTIFY"
   end
   if notifies and not made.base.listenerPath then
      reader.refuse("listenerPath", "missing (SCMP_ACT_NOTIFY needs somebody who listens)")
   end
end

local function read(given)
   reader.map(given, PROFILE, "")
   local rules, rules_place = reader.field(given, "syscalls", "")
   local architectures, arch_place = reader.field(given, "architectures", "")
   local arch_map, map_place = reader.field(given, "archMap", "")
   local made = {
      base = read_base(given),
      rules = reader.list(rules, rule.read, rules_place) or {},
      architectures = reader.list(architectures, read_arch, arch_place),
      arch_map = read_arch_map(arch_map, map_place),
   }
   if made.arch_map and made.architectures and #made.architectures > 0 then
      reader.refuse("", "architectures, archMap: both are given (one at most)")
   end
   check_listener(made)
   return made
end

--- Check a profile; nothing is changed in it.
---@param given any  what the JSON says, or a table of the same form
---@return neap.seccomp.Profile? profile
---@return string? why  begins with the place: "syscalls[3].action: ..."
function profile.parse(given)
   return reader.read(read, given)
end

return profile
