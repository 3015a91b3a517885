--- What a file of the Container Device Interface may say: its fields, by name,
-- and the check of each. A check takes a value and where it is.
--
-- From the CDI specification, 1.1.0 (its SPEC.md, "CDI JSON Specification").

local escape = require "neap.escape"
local fields = require "neap.fields"
local json = require "neap.json"
local path = require "neap.path"

local function check_of(is_good, allowed)
   return function(value, where)
      if is_good(value) then return true end
      return nil, ("%s: %s is not %s"):format(where, escape.show(value), allowed)
   end
end

local function is_text(value)
   return type(value) == "string" and value ~= "" and not value:find("\0", 1, true)
end

local text = check_of(is_text, "a string")
local plain_path = check_of(function(value)
   return is_text(value) and path.is_plain(path.absolute(value)) and value:sub(1, 1) == "/"
end, "an absolute path")
local number = check_of(function(value)
   return math.type(value) == "integer" and value >= 0
end, "a whole number, 0 or more")
local boolean = check_of(function(value) return type(value) == "boolean" end, "true or false")
local variable = check_of(function(value)
   return is_text(value) and value:find "^[^=]+=" ~= nil
end, '"NAME=value"')
local anything = function() return true end

local function matching(pattern, allowed)
   return check_of(function(value)
      return is_text(value) and value:find(pattern) ~= nil
   end, allowed)
end

local function one_of(...)
   local known = {}
   for _, name in ipairs { ... } do known[name] = true end
   return check_of(function(value) return known[value] end,
      "one of " .. table.concat({ ... }, ", "))
end

local function list_of(item)
   return function(value, where)
      if not fields.is_list(value) then
         return nil, ("%s: %s is not a list"):format(where, escape.show(value))
      end
      for i, one in ipairs(value) do
         local ok, why = item(one, ("%s[%d]"):format(where, i - 1))
         if not ok then return nil, why end
      end
      return true
   end
end

--- Null is what is not there, to Go.
local function forget_null(value)
   for name, field in pairs(value) do
      if field == json.null then value[name] = nil end
   end
end

local function record(known, needed)
   return function(value, where)
      if type(value) ~= "table" then
         return nil, ("%s: %s is not an object"):format(where, escape.show(value))
      end
      forget_null(value)
      local ok, why = fields.check(value, known)
      if not ok then return nil, ("%s.%s"):format(where, why) end
      for _, name in ipairs(needed) do
         if value[name] == nil then return nil, ("%s.%s: missing"):format(where, name) end
      end
      for _, name in ipairs(fields.names(value)) do
         ok, why = known[name](value[name], where .. "." .. name)
         if not ok then return nil, why end
      end
      return true
   end
end

local edits = record({
   env = list_of(variable),
   deviceNodes = list_of(record({
      path = plain_path, hostPath = plain_path, type = one_of("b", "c", "u", "p"),
      major = number, minor = number, fileMode = number, uid = number, gid = number,
      permissions = matching("^[rwm]+$", "some of r, w and m"),
   }, { "path" })),
   netDevices = list_of(record({ hostInterfaceName = text, name = text },
      { "hostInterfaceName", "name" })),
   mounts = list_of(record({
      hostPath = text, containerPath = plain_path, options = list_of(text), type = text,
   }, { "hostPath", "containerPath" })),
   hooks = list_of(record({
      hookName = one_of("prestart", "createRuntime", "createContainer", "startContainer",
         "poststart", "poststop"),
      path = plain_path, args = list_of(check_of(function(value)
         return type(value) == "string" and not value:find("\0", 1, true)
      end, "a string")), env = list_of(variable), timeout = number,
   }, { "hookName", "path" })),
   intelRdt = record({
      closID = text, l3CacheSchema = text, memBwSchema = text, schemata = list_of(text),
      enableCMT = boolean, enableMBM = boolean, enableMonitoring = boolean,
   }, {}),
   additionalGids = list_of(number),
}, {})

return {
   --- A whole file.
   file = record({
      cdiVersion = text,
      kind = matching("^%a[%w_.-]*/%a[%w_.-]*$", '"vendor/class"'),
      annotations = anything,
      containerEdits = edits,
      devices = list_of(record({
         name = matching("^%w[%w_.:-]*$", "the name of a device"),
         annotations = anything, containerEdits = edits,
      }, { "name", "containerEdits" })),
   }, { "cdiVersion", "kind", "devices" }),
}
