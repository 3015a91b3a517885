--- Fields about what a container shares with the host, and what the kernel grants it.

local defaults = require "neap.defaults"
local escape = require "neap.escape"
local fields = require "neap.fields"
local namespaces = require "neap.config.namespaces"
local sysctls = require "neap.sysctls"
local values = require "neap.config.values"

local named = values.named

--- The kernel takes any 64 bytes (sethostname(2), setdomainname(2)).
local function hostname(value)
   local text, why = values.word(value)
   if not text then return nil, why end
   if #text > defaults.hostname_length then
      return nil, ("%s is %d characters long (at most %d)"):format(
         escape.show(value), #text, defaults.hostname_length
      )
   end
   return text
end

local shared_users = named("userns", namespaces.parse("a user namespace", { "host" }))

local function user_namespace(value)
   if type(value) == "string" then return shared_users(value) end
   return require "neap.config.userns".parse(value)
end

--- The kernel's numbers are whole.
local function setting_of(value)
   if type(value) == "number" then value = math.tointeger(value) end
   if math.type(value) == "integer" then return ("%d"):format(value) end
   return type(value) == "string" and not value:find "[%z\n]" and value or nil
end

local function sysctl(value)
   if type(value) ~= "table" then return nil, "sysctl: not a table by name" end
   local checked, spelt = {}, {}
   for _, name in ipairs(fields.names(value)) do
      local given = value[name]
      local is_name = type(name) == "string" and name ~= "" and not name:find "%c"
      local setting = setting_of(given)
      if not is_name or not setting then
         return nil, ("sysctl: %s = %s is not a name, and a string or a whole number"):format(
            escape.show(name), escape.show(given)
         )
      end
      local plain = sysctls.plain(name)
      if spelt[plain] then
         return nil, ("sysctl: %s is the same parameter as %s (one is needed)"):format(
            escape.show(name), escape.show(spelt[plain])
         )
      end
      spelt[plain], checked[name] = name, setting
   end
   return checked
end

return {
   hostname = named("hostname", hostname),
   domainname = named("domainname", hostname),
   network = named("network", namespaces.parse("a network", { "none", "host" })),
   pid = named("pid", namespaces.parse("a pid namespace", { "private", "host" })),
   ipc = named("ipc", namespaces.parse("an ipc namespace",
      { "private", "shareable", "none", "host" })),
   uts = named("uts", namespaces.parse("a uts namespace", { "private", "host" })),
   cgroupns = named("cgroupns", namespaces.parse("a cgroup namespace", { "private", "host" })),
   sysctl = sysctl,
   ulimits = values.late("neap.config.ulimits", "parse"),
   oom_score_adj = named("oom_score_adj", values.integer(-1000, 1000)),
   userns = user_namespace,
}
