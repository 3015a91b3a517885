---@meta

---@class neap.service.method
---@field name string "Create"
---@field path string "containerd.services.tasks.v1.Tasks/Create"
---@field kind "unary"|"server"|"bidi" server: one request, many replies
---@field input string The request's message
---@field output string The reply's message

---@class neap.service
---@field name string "containerd.services.tasks.v1.Tasks"
---@field methods neap.service.method[]

local core = {}

---List every service of containerd 1.6's API with its methods.
---@return neap.service[]
function core.services() end

return core
