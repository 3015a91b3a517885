--- The policies there are, in the order in which they were registered. They are
--- this Lua state's.

local policies = {}

---@class neap.policy.Rule
---@field name string
---@field fn neap.policy.Function
---@field namespace? string  for one namespace
---@field is_for_client? boolean  for one client: `of.client`, which it keeps not alive
---@field of { client: neap.Client? }

---@type neap.policy.Rule[]
local rules = {}

---@param rule neap.policy.Rule
function policies.add(rule) rules[#rules + 1] = rule end

---@param rule neap.policy.Rule
function policies.remove(rule)
   for i, other in ipairs(rules) do
      if other == rule then
         table.remove(rules, i)
         return
      end
   end
end

--- Those for a client, or for a namespace in which nobody is connected.
---@param client? neap.Client
---@param namespace string
---@return neap.policy.Rule[]? rules  nil: none
function policies.find(client, namespace)
   if not rules[1] then return nil end
   local found = {}
   for _, rule in ipairs(rules) do
      local is_clients = not rule.is_for_client or client ~= nil and rule.of.client == client
      local is_namespaces = not rule.namespace or rule.namespace == namespace
      if is_clients and is_namespaces then found[#found + 1] = rule end
   end
   return found[1] and found
end

return policies
