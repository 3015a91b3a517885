--- What SELinux calls a container's processes and what is mounted for it. None
--- unless it is asked for, as docker without --selinux-enabled.
--
-- A label is user:role:type:level. The parts not given are the machine's own for
-- containers (lxc_contexts, selinux(8)), and the level keeps one container's files
-- from the next one's: two categories, which the container's name decides.

local hash = require "neap.hash"

local selinux = { options = { "selinux" }, paths = { "process.selinuxLabel", "linux.mountLabel" } }

local CATEGORIES <const> = 1024

--- The labels for containers, which the policy's makers wrote down.
local function contexts_of(machine)
   local kind = (machine.read "/etc/selinux/config" or ""):match "%f[^\n\0]SELINUXTYPE=(%S+)"
   local path = ("/etc/selinux/%s/contexts/lxc_contexts"):format(kind or "targeted")
   local text = machine.read(path)
   local process = text and text:match '%f[^\n\0]process%s*=%s*"([^"\n]+)"'
   local file = text and text:match '%f[^\n\0]file%s*=%s*"([^"\n]+)"'
   if process and file then return { process = process, file = file } end
   return nil, ("selinux: %s does not say the labels of containers"):format(path)
end

local function level_of(context)
   local digits = hash.hex8(context.namespace .. "/" .. context.id)
   local first = tonumber(digits:sub(1, 4), 16) % CATEGORIES
   local second = (first + 1 + tonumber(digits:sub(5, 8), 16) % (CATEGORIES - 1)) % CATEGORIES
   return ("s0:c%d,c%d"):format(math.min(first, second), math.max(first, second))
end

local function label(base, parts)
   local user, role, kind = base:match "^([^:]+):([^:]+):([^:]+)"
   return table.concat(
      { parts.user or user, parts.role or role, parts.type or kind, parts.level }, ":"
   )
end

---@param spec table
---@param config table
---@param context neap.spec.Context
---@return true? ok
---@return string? why
function selinux.apply(spec, config, context)
   local wanted = config.selinux
   if not wanted or wanted.is_disabled then return true end
   if not context.machine.has_selinux() then
      return nil, "selinux: this machine does not have it enabled (/sys/fs/selinux/enforce)"
   end
   local base, why = contexts_of(context.machine)
   if not base then return nil, why end

   local level = wanted.level or level_of(context)
   spec.process.selinuxLabel = label(base.process, {
      user = wanted.user, role = wanted.role, type = wanted.type, level = level,
   })
   spec.linux.mountLabel = label(base.file, { type = wanted.filetype, level = level })
   for _, path in ipairs(selinux.paths) do context.origin[path] = "selinux" end
   return true
end

return selinux
