local shell = require "support.shell"

describe("closing the Lua state", function()
   local prelude <const> = [[
      core, neap = require "neap.core", require "neap.fiber"
      function closing(fn) return setmetatable({}, { __close = fn, __gc = fn }) end
      io.stdout:setvbuf "no"
   ]]

   --- Run a chunk in a Lua of its own, and `before` before the module is there:
   --- what it prints, and how it ended.
   local function lua(chunk, before)
      local path = os.tmpname()
      local file <close> = assert(io.open(path, "w"))
      file:write(("package.path, package.cpath = %q, %q\n"):format(package.path, package.cpath))
      file:write(before or "", prelude, chunk)
      file:close()
      local pipe = assert(io.popen(shell.lua .. " " .. path .. " 2>&1"))
      local output = pipe:read "a"
      local _, _, code = pipe:close()
      os.remove(path)
      return output, code
   end

   local states = {
      { "with fibers that wait", [[
         local condition = core.condition()
         local fiber = core.spawn(core.sleep, 3600)
         core.spawn(fiber.join, fiber)
         core.spawn(condition.wait, condition)
         core.spawn(core.wrap(function() core.sleep(3600) end))
         core.spawn(neap.all, { core.condition, function() core.sleep(3600) end })
         core.daemon(core.sleep, 3600)
         core.sleep(0) core.sleep(0)
      ]] },
      { "with fibers that have not begun", [[
         for i = 1, 3 do core.spawn(print, i) end
      ]] },
      { "with fibers that were woken", [[
         local condition = core.condition()
         core.spawn(function() condition:wait() print "resumed" end)
         core.spawn(function() condition:wait() print "resumed" end):cancel()
         core.sleep(0)
         condition:notify()
      ]] },
      { "with fibers that hold what is to be closed", [[
         core.spawn(function()
            local _c <close> = setmetatable({}, { __close = function() print "closed" end })
            core.sleep(3600)
         end)
         core.spawn(function()
            local _c <close> = setmetatable({}, { __close = function() core.sleep(3600) end })
         end)
         core.sleep(0)
      ]] },
      { "with failures that nobody joined", [[
         for _ = 1, 20 do core.spawn(error, "boom") end
         core.run()
      ]] },
      { "from within a fiber", [[
         core.spawn(core.sleep, 3600)
         core.spawn(function() core.sleep(0) os.exit(true, true) end)
         core.run()
         print "not to be reached"
      ]] },
      { "with finalizers that want to wait", [[
         kept = setmetatable({}, { __gc = function() assert(not pcall(core.sleep, 0)) end })
         local fiber, condition = core.spawn(core.sleep, 3600), core.condition()
         core.spawn(condition.wait, condition)
         core.sleep(0)
         setmetatable({}, { __gc = function()
            fiber:cancel()
            condition:notify()
         end })
      ]] },
   }

   for _, state in ipairs(states) do
      it(state[1] .. " is clean", function()
         assert.same({ "", 0 }, { lua(state[2]) })
      end)
   end

   it("leaves no way to wait to finalizers from before it", function()
      local before <const> = [[
         kept = setmetatable({}, { __gc = function()
            print(pcall(core.sleep, 0))
            print((pcall(core.spawn, print)))
            fiber:cancel()
         end })
      ]]
      local output, code = lua("fiber = core.spawn(core.sleep, 3600) core.sleep(0)", before)
      assert.equal("false\tcannot wait here: the Lua state is closing\nfalse\n", output)
      assert.equal(0, code)
   end)
end)
