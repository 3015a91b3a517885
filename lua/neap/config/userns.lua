--- User namespaces: which ids of the host a container's ids are.

local escape = require "neap.escape"
local fields = require "neap.fields"
local values = require "neap.config.values"

local userns = {}

local KNOWN <const> = { uid_mappings = true, gid_mappings = true }
local OTHER_WORDS <const> = { uidMappings = "uid_mappings", gidMappings = "gid_mappings" }
local PARTS <const> = { containerID = true, hostID = true, size = true }
local PART_WORDS <const> = { container = "containerID", host = "hostID", length = "size" }

local an_id = values.integer(0, 2 ^ 32 - 2 | 0)
local a_size = values.integer(1, 2 ^ 32 - 1 | 0)

local function parse_mapping(given, where)
   if type(given) ~= "table" then
      return nil, ("%s: %s is not { containerID=, hostID=, size= }"):format(
         where, escape.show(given)
      )
   end
   local ok, unknown = fields.check(given, PARTS, PART_WORDS)
   if not ok then return nil, ("%s.%s"):format(where, unknown) end

   local mapping = {}
   for part in pairs(PARTS) do
      local value, why = (part == "size" and a_size or an_id)(given[part])
      if not value then return nil, ("%s.%s: %s"):format(where, part, why) end
      mapping[part] = value
   end
   return mapping
end

local function overlap(a, b, part)
   return a[part] < b[part] + b.size and b[part] < a[part] + a.size
end

--- What the kernel, or the runtime, refuses in words that help nobody.
local function check_together(list, name)
   local has_root = false
   for i, mapping in ipairs(list) do
      has_root = has_root or mapping.containerID == 0
      for j = 1, i - 1 do
         for _, part in ipairs { "containerID", "hostID" } do
            if overlap(mapping, list[j], part) then
               return nil, ("userns.%s[%d]: its ids overlap those of [%d] (%s)"):format(
                  name, i, j, part
               )
            end
         end
      end
   end
   if has_root then return list end
   return nil, ("userns.%s: none maps the container's root (containerID 0)"):format(name)
end

local function parse_mappings(given, name)
   if not fields.is_list(given) or #given == 0 then
      return nil, ("userns.%s: %s is not a list of { containerID=, hostID=, size= }")
         :format(name, escape.show(given))
   end
   local list = {}
   for i, item in ipairs(given) do
      local mapping, why = parse_mapping(item, ("userns.%s[%d]"):format(name, i))
      if not mapping then return nil, why end
      list[i] = mapping
   end
   return check_together(list, name)
end

--- Read { uid_mappings = {...}, gid_mappings = {...} }; both are needed.
---@param given any
---@return table? userns  uidMappings and gidMappings, as OCI names them
---@return string? why  names the part
function userns.parse(given)
   if type(given) ~= "table" then
      return nil, ("userns: %s is not { uid_mappings=, gid_mappings= }"):format(
         escape.show(given)
      )
   end
   local ok, unknown = fields.check(given, KNOWN, OTHER_WORDS)
   if not ok then return nil, "userns." .. unknown end

   local uids, uid_why = parse_mappings(given.uid_mappings, "uid_mappings")
   if not uids then return nil, uid_why end
   local gids, gid_why = parse_mappings(given.gid_mappings, "gid_mappings")
   if not gids then return nil, gid_why end
   return { uidMappings = uids, gidMappings = gids }
end

return userns
