--- A spec as a tree of named places: what is in it, by path.
--
-- A path is field names with dots. Elements of a list that have a name of their
-- own are reached by that, in brackets, and so are the entries of maps whose
-- names are the user's: `process.env[PATH]`, `mounts[/data].options`,
-- `linux.sysctl[net.ipv4.ip_forward]`. Any other list is one value: its
-- elements have no names, and who sets it sets all of it.

local json = require "neap.json"

local tree = {}

--- What the elements of a list are known by (OCI runtime-spec: config.md,
--- config-linux.md).
local KEYS <const> = {
   mounts = "destination",
   ["process.rlimits"] = "type",
   ["linux.namespaces"] = "type",
   ["linux.devices"] = "path",
   ["linux.resources.hugepageLimits"] = "pageSize",
}

local MAPS <const> = {
   annotations = true, ["linux.sysctl"] = true, ["linux.resources.unified"] = true,
}

---@class neap.spec.Node
---@field path string
---@field value any
---@field is_element? boolean  of a list

local function name_of_variable(entry)
   return type(entry) == "string" and entry:match "^[^=]*" or nil
end

--- The elements of a list by what names them, or nil: they have no names.
local function elements(path, list)
   local key = KEYS[path]
   if not key and path ~= "process.env" then return nil end
   local found, times = {}, {}
   for i, item in ipairs(list) do
      local name = key and type(item) == "table" and item[key]
         or not key and name_of_variable(item)
      if type(name) ~= "string" then return nil end
      times[name] = (times[name] or 0) + 1
      local where = ("%s[%s]"):format(path, name)
      if times[name] > 1 then where = ("%s[%d]"):format(where, times[name]) end
      found[i] = { path = where, value = item, is_element = true }
   end
   return found
end

local function join(path, name)
   if MAPS[path] or not name:find "^[%w_-]+$" then return ("%s[%s]"):format(path, name) end
   return path == "" and name or path .. "." .. name
end

local function entries(path, map)
   local found = {}
   for name, value in pairs(map) do
      if type(name) ~= "string" then return nil end
      found[#found + 1] = { path = join(path, name), value = value }
   end
   table.sort(found, function(a, b) return a.path < b.path end)
   return found
end

--- What is right below a place, in order; nil where it is one value.
---@param path string  "" is the spec
---@param value any
---@return neap.spec.Node[]? nodes  not empty
function tree.children(path, value)
   if type(value) ~= "table" or next(value) == nil or value == json.null then return nil end
   if json.is_array(value) or value[1] ~= nil then return elements(path, value) end
   return entries(path, value)
end

--- The paths that a path is in, the nearest first: itself to "".
---@param path string
---@return fun(): string?
function tree.prefixes(path)
   local last = #path + 1
   return function()
      if last == nil or last == 0 then return nil end
      local prefix = path:sub(1, last - 1)
      if prefix == "" then
         last = nil
         return ""
      end
      local from = prefix:find "[.%[][^.%[]*$"
      last = from or 1
      return prefix
   end
end

--- Is `path` at or below `prefix`?
---@param prefix string
---@param path string
---@return boolean
function tree.is_within(prefix, path)
   if prefix == "" or prefix == path then return true end
   return path:sub(1, #prefix) == prefix and path:find("^[.%[]", #prefix + 1) ~= nil
end

--- The node at a path.
---@param spec table
---@param path string
---@return neap.spec.Node?
function tree.at(spec, path)
   local node = { path = "", value = spec }
   while node.path ~= path do
      local next_node
      for _, child in ipairs(tree.children(node.path, node.value) or {}) do
         if tree.is_within(child.path, path) and
            (not next_node or #child.path > #next_node.path) then
            next_node = child
         end
      end
      if not next_node then return nil end
      node = next_node
   end
   return node
end

return tree
