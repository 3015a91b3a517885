local maker = require "neap.program.require"

-- Conditions of a world where fibers are plain coroutines, resumed by hand.
local function condition()
   return {
      wait = function(self)
         repeat coroutine.yield() until self.over
      end,
      notify = function(self) self.over = true end,
   }
end

describe("neap.program.require", function()
   local load_module = maker.new(condition)
   local NAME <const> = "neap.spec.module"

   before_each(function() package.loaded[NAME] = nil end)
   after_each(function() package.preload[NAME] = nil end)

   it("loads what Lua's own finds, with the loader's data", function()
      package.preload[NAME] = function(name, extra) return { name = name, extra = extra } end

      local module, extra = load_module(NAME)

      assert.same({ name = NAME, extra = ":preload:" }, module)
      assert.equal(":preload:", extra)
      assert.equal(module, package.loaded[NAME])
   end)

   it("loads once, and gives true for a module that returns nothing", function()
      local times = 0
      package.preload[NAME] = function() times = times + 1 end

      assert.is_true(load_module(NAME))
      assert.is_true(load_module(NAME))
      assert.equal(1, times)
   end)

   it("lets a module wait while it is loaded", function()
      package.preload[NAME] = function() return coroutine.yield() end
      local fiber = coroutine.create(load_module)

      assert.is_true(coroutine.resume(fiber, NAME))
      local _, value = coroutine.resume(fiber, "waited")

      assert.equal("waited", value)
   end)

   it("loads once for two fibers", function()
      local times = 0
      package.preload[NAME] = function()
         times = times + 1
         coroutine.yield()
         return times
      end
      local first, second = coroutine.create(load_module), coroutine.create(load_module)

      coroutine.resume(first, NAME)
      coroutine.resume(second, NAME)
      assert.same({ true, 1, ":preload:" }, { coroutine.resume(first) })
      assert.same({ true, 1 }, { coroutine.resume(second) })
   end)

   it("tells a loop from a wait", function()
      package.preload[NAME] = function() return load_module(NAME) end

      assert.error_matches(function() load_module(NAME) end, "loop while loading module")
   end)

   it("gives a module that a loop leads back to, where it has said what it is", function()
      package.preload[NAME] = function()
         package.loaded[NAME] = "itself"
         assert.equal("itself", load_module(NAME))
         coroutine.yield()
      end
      local first, second = coroutine.create(load_module), coroutine.create(load_module)

      assert.is_true(coroutine.resume(first, NAME))
      coroutine.resume(second, NAME)
      assert.equal("suspended", coroutine.status(second)) -- it is not whole yet
      assert.same({ true, "itself", ":preload:" }, { coroutine.resume(first) })
      assert.same({ true, "itself" }, { coroutine.resume(second) })
   end)

   it("can load again what failed", function()
      package.preload[NAME] = function() error "first time" end
      assert.error_matches(function() load_module(NAME) end, "first time")
      package.preload[NAME] = function() return 2 end

      assert.equal(2, (load_module(NAME)))
   end)

   it("says where it looked", function()
      local own = function(name) return ("no module '%s' of ours"):format(name) end
      table.insert(package.searchers, 1, own)
      finally(function() table.remove(package.searchers, 1) end)

      assert.error_matches(
         function() load_module "neap.nowhere" end,
         "module 'neap.nowhere' not found:\n\tno module 'neap.nowhere' of ours\n"
            .. "\tno field package.preload%['neap.nowhere'%]\n\tno file"
      )
   end)
end)
