--- The machine that a container is to run on, as the making of a spec looks at it.
--
-- A spec is made by pure functions; what they must know of the world they are
-- given as this. A test gives them one of its own.

local capabilities = require "neap.config.capabilities"
local core = require "neap.core"
local defaults = require "neap.defaults"
local file = require "neap.file"
local profiles = require "neap.seccomp.file"

---@class neap.Machine
local machine = {}

--- Is there such a file?
---@param path string
---@return boolean
function machine.exists(path)
   return core.fs.stat(path) ~= nil
end

--- What a file is; a link's target.
machine.stat = core.fs.stat

--- A path without links.
machine.realpath = core.fs.realpath

--- What a symbolic link says; nil where there is none.
machine.readlink = core.fs.readlink

--- What a file is; a link is one.
machine.lstat = core.fs.lstat

--- The names in a directory.
machine.list = core.fs.list

--- What a file says.
machine.read = file.read

local release, architecture = core.uname()

--- The kernel's release: "6.1.0-18-amd64".
---@return string
function machine.release() return release end

--- What the kernel calls the processors: "x86_64".
---@return string
function machine.architecture() return architecture end

local bounding

--- The capabilities that a process here can have: this one's bounding set.
---@return string[]  "CAP_CHOWN", …, to be read only
function machine.capabilities()
   if not bounding then
      local status = machine.read "/proc/self/status" or ""
      bounding = capabilities.of_mask(status:match "CapBnd:%s*(%x+)" or "0")
   end
   return bounding
end

local has_apparmor

--- Is AppArmor enabled in the kernel?
---@return boolean
function machine.has_apparmor()
   if has_apparmor == nil then
      local said = machine.read "/sys/module/apparmor/parameters/enabled"
      has_apparmor = said ~= nil and said:sub(1, 1) == "Y"
   end
   return has_apparmor
end

local seen = {}

--- Is an AppArmor profile loaded? One that was is taken to stay.
---@param name string
---@return boolean
---@return table<string, true>? loaded  nil: it was before, or they are not to be seen
function machine.has_profile(name)
   if seen[name] then return true end
   local text = machine.read "/sys/kernel/security/apparmor/profiles"
   if not text then return false end
   local loaded = {}
   for profile in text:gmatch "([^\n]+) %(%l+%)" do loaded[profile] = true end
   seen[name] = loaded[name]
   return loaded[name] == true, loaded
end

--- Is SELinux enabled in the kernel, and its file system there?
---@return boolean
function machine.has_selinux() return machine.exists "/sys/fs/selinux/enforce" end

--- The seccomp profile in a file.
---@param path string
---@return neap.seccomp.Profile? profile
---@return string? why
---@return string? errno
function machine.seccomp(path)
   return (path == defaults.seccomp and profiles.shipped or profiles.read)(path)
end

--- A variable of this process.
---@type fun(name: string): string?
machine.getenv = os.getenv

local version

--- The version of cgroups that limits go to. On a "hybrid" machine that is 1, and
--- 2 is there for systemd alone.
---@return "v1"|"v2"|"hybrid"|nil version  nil: there are none
function machine.cgroup()
   if version then return version end
   if machine.exists "/sys/fs/cgroup/cgroup.controllers" then
      version = "v2"
   elseif machine.exists "/sys/fs/cgroup/unified/cgroup.controllers" then
      version = "hybrid"
   elseif machine.exists "/sys/fs/cgroup/memory" or machine.exists "/sys/fs/cgroup/cpu" then
      version = "v1"
   end
   return version
end

local function read_controllers()
   local found = {}
   if machine.cgroup() == "v2" then
      local text = machine.read "/sys/fs/cgroup/cgroup.controllers" or ""
      for name in text:gmatch "%S+" do found[name] = true end
      return found
   end
   local text = machine.read "/proc/self/cgroup" or ""
   for names in text:gmatch "%d+:([^:=]+):[^\n]*" do
      for name in names:gmatch "[^,]+" do found[name] = true end
   end
   return found
end

local controllers

--- The controllers there are in that version; read once, as they are mounted
--- where a machine begins.
---@return table<string, true>  to be read only
function machine.controllers()
   controllers = controllers or read_controllers()
   return controllers
end

return machine
