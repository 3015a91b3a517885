--- Which containers use which volumes: what their specs mount, whoever made them.

local path = require "neap.path"

local use = {}

local function note(used, id, mount, above)
   local source = type(mount) == "table" and mount.source
   if type(source) ~= "string" or source:sub(1, 1) ~= "/" then return end
   source = path.clean(source)
   if source:sub(1, #above + 1) ~= above .. "/" then return end
   local name = source:sub(#above + 2):match "^[^/]+"
   used[name] = used[name] or {}
   used[name][#used[name] + 1] = id
end

--- Tell it of a namespace's containers.
---@param containers { id: string, spec: any }[]
---@param above string  the directory that holds the namespace's volumes
---@return table<string, string[]> used  the ids of who uses a volume, by name
function use.of(containers, above)
   local used = {}
   for _, container in ipairs(containers) do
      local spec = container.spec
      local list = type(spec) == "table" and spec.mounts
      for _, mount in ipairs(type(list) == "table" and list or {}) do
         note(used, container.id, mount, above)
      end
   end
   return used
end

return use
