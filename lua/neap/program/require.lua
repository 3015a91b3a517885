--- A `require` that waits can pass: a module may connect and ask while it is
--- loaded. Lua's own calls the loader from C, where nothing can be suspended.
--
-- Two fibers that require a module at the same time load it once: the second
-- waits for the first.

local maker = {}

--- What the program's searcher says of its own modules (bindings/modules.c). None of
--- them waits while it is loaded, nor requires what requires it.
maker.own = ":program:"

---@class neap.program.Loading
---@field fiber thread       who loads it
---@field ended neap.Condition

--- Find a loader as `require` does.
local function search(name)
   local tried = {}

   for _, searcher in ipairs(package.searchers) do
      local loader, extra = searcher(name)
      if type(loader) == "function" then return loader, extra end
      if type(loader) == "string" then tried[#tried + 1] = loader end
   end
   error(("module '%s' not found:\n\t%s"):format(name, table.concat(tried, "\n\t")), 3)
end

--- Make such a function.
---@param condition fun(): neap.Condition
---@return fun(name: string): any, any
function maker.new(condition)
   local loading = {} ---@type table<string, neap.program.Loading>
   local waits = {} ---@type table<thread, string>

   --- Would waiting for `name` wait for ourselves, at however many removes?
   local function is_loop(name, me)
      while name and loading[name] do
         local loader = loading[name].fiber
         if loader == me then return true end
         name = waits[loader]
      end
      return false
   end

   local function await(name)
      local me = coroutine.running()
      if is_loop(name, me) then
         if package.loaded[name] then return end -- it has said what it will be
         error(("loop while loading module '%s'"):format(name), 3)
      end
      waits[me] = name
      local _mark <close> = setmetatable({}, {
         __close = function() waits[me] = nil end,
      })
      while loading[name] do loading[name].ended:wait() end
   end

   --- Once it has run: what it is.
   local function value_of(name, value)
      if value ~= nil then package.loaded[name] = value end
      if package.loaded[name] == nil then package.loaded[name] = true end
      return package.loaded[name]
   end

   local function run(name)
      local loader, extra = search(name)
      if extra == maker.own then return value_of(name, loader(name, extra)), extra end
      local mine = { fiber = coroutine.running(), ended = condition() }
      loading[name] = mine
      local _end <close> = setmetatable({}, {
         __close = function()
            loading[name] = nil
            mine.ended:notify()
         end,
      })

      return value_of(name, loader(name, extra)), extra
   end

   return function(name)
      local value = package.loaded[name]
      if value and not loading[name] then return value end -- nearly always
      if type(name) == "number" then name = tostring(name) end
      if type(name) ~= "string" then
         error(("bad argument #1 to 'require' (string expected, got %s)"):format(type(name)), 2)
      end
      if loading[name] then await(name) end
      if package.loaded[name] then return package.loaded[name] end
      return run(name)
   end
end

return maker
