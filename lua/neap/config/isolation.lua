--- Fields about what a container shares with the host, and what the kernel grants it.

local defaults = require "neap.defaults"
local escape = require "neap.escape"
local namespaces = require "neap.config.namespaces"
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

local function sysctl(value)
   if type(value) ~= "table" then return nil, "sysctl: not a table by name" end
   local checked = {}
   for name, setting in pairs(value) do
      local is_good = type(name) == "string"
         and (type(setting) == "string" or type(setting) == "number")
      if not is_good then
         return nil, ("sysctl: %s = %s is not a name and a string"):format(
            escape.show(name), escape.show(setting)
         )
      end
      checked[name] = tostring(setting)
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
