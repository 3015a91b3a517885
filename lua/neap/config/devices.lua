--- Devices of the host: docker's "/dev/sda:/dev/xvda:rwm", tables of the same,
-- or a name of the Container Device Interface, "vendor.com/class=name"; and rules
-- of the device cgroup, "c 13:* rwm".

local escape = require "neap.escape"
local fields = require "neap.fields"
local path = require "neap.path"
local strings = require "neap.config.strings"

local KNOWN <const> = { host = true, path = true, permissions = true }
local OTHER_WORDS <const> = { source = "host", container = "path", access = "permissions" }
local ALLOWED <const> = '"/dev/host[:/dev/inside][:rwm]", "vendor/class=name", '
   .. "or a table with host, path and permissions"
local RULE <const> = '"TYPE MAJOR:MINOR PERMISSIONS": a, b or c, numbers or *, some of rwm'

-- The kernel's: 12 bits and 20.
local MOST <const> = { major = (1 << 12) - 1, minor = (1 << 20) - 1 }

--- Some of r, w and m, none of them twice?
local function are_permissions(text)
   return type(text) == "string" and text:find "^[rwm]+$" ~= nil
      and not text:find "(.).*%1"
end

local function is_cdi(text)
   local vendor, class, name = text:match "^([^/=]+)/([^/=]+)=([^=]+)$"
   return vendor ~= nil
      and vendor:find "^%a[%w_.-]*$" ~= nil and class:find "^%a[%w_.-]*$" ~= nil
      and name:find "^%w[%w_.:-]*$" ~= nil
end

local function from_text(text)
   if is_cdi(text) then return { cdi = text } end
   local words = {}
   for word in (text .. ":"):gmatch "([^:]*):" do words[#words + 1] = word end
   if #words == 2 and are_permissions(words[2]) then
      return { host = words[1], permissions = words[2] }
   end
   if #words > 3 then
      return nil, ("%s is not a device (%s)"):format(escape.show(text), ALLOWED)
   end
   return { host = words[1], path = words[2], permissions = words[3] }
end

local function check(device)
   device.path = device.path or device.host
   for _, name in ipairs { "host", "path" } do
      local value = device[name]
      local _, why = strings.one(value)
      local is_absolute = not why and value:sub(1, 1) == "/" and path.absolute(value) ~= "/"
         and path.is_plain(path.absolute(value))
      if not is_absolute then
         return nil, ("%s %s is not an absolute path below \"/\" (%s)"):format(
            name, escape.show(value), ALLOWED
         )
      end
      device[name] = path.absolute(value)
   end
   if (device.path .. "/"):find "^/proc/" or (device.path .. "/"):find "^/sys/" then
      return nil, ("path %s: no device can be made in /proc or /sys (/dev/...)"):format(
         escape.show(device.path)
      )
   end
   device.permissions = device.permissions or "rwm"
   if not are_permissions(device.permissions) then
      return nil, ("permissions %s are not some of r, w and m"):format(
         escape.show(device.permissions)
      )
   end
   return device
end

local function parse_one(given)
   if type(given) == "table" then
      local ok, unknown = fields.check(given, KNOWN, OTHER_WORDS)
      if not ok then return nil, unknown end
      return check { host = given.host, path = given.path, permissions = given.permissions }
   end
   if type(given) ~= "string" then
      return nil, ("%s is not a device (%s)"):format(escape.show(given), ALLOWED)
   end
   local device, why = from_text(given)
   if not device or device.cdi then return device, why end
   return check(device)
end

local function devices(value)
   if not fields.is_list(value) then
      return nil, ("devices: %s is not a list (of %s)"):format(escape.show(value), ALLOWED)
   end
   local list, taken = {}, {}
   for i, item in ipairs(value) do
      local device, why = parse_one(item)
      if not device then return nil, ("devices[%d]: %s"):format(i, why) end
      local place = device.path or device.cdi
      if taken[place] then
         return nil, ("devices[%d]: %s is taken by devices[%d]"):format(
            i, escape.show(place), taken[place]
         )
      end
      taken[place], list[i] = i, device
   end
   return list
end

--- One of a rule's numbers: nil where it is "*", false where it is none.
local function number(text, name)
   if text == "*" then return nil end
   local value = math.tointeger(tonumber(text))
   return value and value <= MOST[name] and value or false
end

--- The kernel takes "a" for every device, whatever the numbers are.
local function parse_rule(text)
   local kind, major, minor, access =
      text:match "^([abc]) ([%d*]+):([%d*]+) ([rwm]+)$"
   if not kind or not are_permissions(access) then return nil end
   if kind == "a" and (major ~= "*" or minor ~= "*" or #access < 3) then
      return nil, '"a" is every device, and goes with *:* rwm alone'
   end
   local rule = {
      allow = true, type = kind, access = access,
      major = number(major, "major"), minor = number(minor, "minor"),
   }
   return rule.major ~= false and rule.minor ~= false and rule or nil
end

local function rules(value)
   local list, why = strings.list(value, "device_cgroup_rules")
   if not list then return nil, why end
   local parsed = {}
   for i, text in ipairs(list) do
      local rule, unusable = parse_rule(text)
      if not rule then
         return nil, ("device_cgroup_rules[%d]: %s is not a rule (%s)"):format(
            i, escape.show(text), unusable or RULE
         )
      end
      parsed[i] = rule
   end
   return parsed
end

return { devices = devices, device_cgroup_rules = rules }
