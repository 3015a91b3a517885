--- Scopes: what is begun inside ends on the way out, whatever the way.

local core = require "neap.core"

---@class neap.Scope
local Scope = {}

--- Start a fiber that ends with the scope.
---@param fn async fun(...)
---@return neap.Fiber
function Scope:spawn(fn, ...)
   if self.ended then error("the scope has ended", 2) end
   local fiber = core.spawn(fn, ...)
   self.fibers[fiber] = true
   return fiber
end

local function can_end(x)
   local is_object = type(x) == "table" or type(x) == "userdata"
   return is_object and (x.delete or x.close)
end

--- Let `x` end with the scope: a container, a task, a process; or what closes.
--- A failure passes through: `scope:own(client:create { … })`.
---@generic T
---@param x T
---@param err? neap.Error
---@return T x
---@return neap.Error? err
function Scope:own(x, err)
   if self.ended then error("the scope has ended", 2) end
   if x == nil and err ~= nil then return nil, err end
   if not can_end(x) then
      error("bad argument #1 to 'own' (something with delete or close expected)", 2)
   end
   table.insert(self.owned, x)
   return x
end

local function finish(x)
   if x.delete then return x:delete { force = true } end
   return x:close()
end

local function is_error(value, code)
   return type(value) == "table" and value.code == code
end

--- Report what stays behind. What is gone already is as it should be.
local function report(ok, value, err)
   if not ok then
      if not is_error(value, "cancelled") then core.report(value) end
   elseif value == nil and err ~= nil and not is_error(err, "not_found") then
      core.report(err)
   end
end

--- Under a shield: each fiber ends within its own grace.
local function end_fibers(scope)
   core.shield(function()
      for fiber in pairs(scope.fibers) do fiber:cancel() end
      for fiber in pairs(scope.fibers) do core.settled(fiber) end
   end)
end

--- The last owned first: it may stand on what came before.
local function end_owned(scope)
   for i = #scope.owned, 1, -1 do
      report(pcall(finish, scope.owned[i]))
   end
end

local scope_mt = {
   __name = "neap.scope",
   __index = Scope,
   __close = function(scope)
      scope.ended = true
      end_fibers(scope)
      end_owned(scope)
   end,
}

--- Fibers that have ended are nobody's business: the keys are weak.
local weak_mt = { __mode = "k" }

--- Call `fn(scope)`; when it returns, raises or is cancelled, the fibers of
--- `scope:spawn` and what was given to `scope:own` end.
---@param fn async fun(scope: neap.Scope): ...
---@return any ...  what fn returned
return function(fn)
   if type(fn) ~= "function" then
      error(("bad argument #1 to 'scope' (function expected, got %s)"):format(type(fn)), 2)
   end
   local scope <close> = setmetatable({ fibers = setmetatable({}, weak_mt), owned = {} }, scope_mt)
   return fn(scope)
end
