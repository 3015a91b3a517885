-- The client closed in the middle of each step of a run: `cancelled` at once, and
-- what was sent is done in full. So nothing is there that another client could
-- not find and remove.

local live = require "support.live"
local neap = require "neap"
local shell = require "support.shell"

local STEPS <const> = require "support.steps"

--- Run until `method` is on its way, and close: what run answered.
local function close_in(method)
   local client = live.client()
   local fiber = neap.spawn(function()
      return client:run { rootfs = live.rootfs(), args = { "echo", "hello" } }
   end)
   while client:count(method) == 0 do neap.sleep(0) end
   client:close()
   return fiber:join()
end

local function remove_all()
   local client <close> = live.client()
   for _, container in ipairs(assert(client:containers())) do
      assert.same({ true }, { container:delete { force = true } })
   end
end

describe("a client closed", function()
   local before
   setup(function()
      remove_all()
      before = live.leftovers()
   end)

   for step, method in pairs(STEPS) do
      local function close()
         local result, err = close_in(method)
         if result and step == "Containers/Delete" then return end -- answered just before
         assert.same({ nil, "cancelled" }, { result, err and err.code }, tostring(err))
      end

      it("in " .. step .. " lets that come to its end", function()
         live.default:await_call(step, close)
         live.default:await_rest()
         remove_all()
         assert.same(before, live.leftovers(before))
      end)

      -- A record that is just being created may not be listed yet.
      if step == "Containers/Create" then goto continue end
      it("in " .. step .. " leaves what can be removed at once", function()
         close()
         remove_all()
         assert.same(before, live.leftovers(before))
      end)
      ::continue::
   end

   --- Closed in the middle of a start, and nothing after that.
   local CHUNK <const> = [[
      local neap = require "neap"
      local address, namespace, rootfs, method = table.unpack(arg)
      local client = assert(neap.connect { address = address, namespace = namespace })
      neap.spawn(function() client:run { rootfs = rootfs, args = { "true" } } end)
      while client:count(method) == 0 do neap.sleep(0) end
      client:close()
   ]]

   for name, host in pairs { program = live.program, host = "lua5.4" } do
      it("in a start lets that come to its end before the " .. name .. " does", function()
         local lib = shell.build .. "/lib/"
         local ended = shell.run({
            host, "-", live.address, live.namespace, live.rootfs(), STEPS["Tasks/Create"],
         }, {
            stdin = CHUNK,
            env = { LUA_PATH = lib .. "?.lua;" .. lib .. "?/init.lua", LUA_CPATH = lib .. "?.so" },
         })
         assert.same({ 0, "" }, { ended.code, ended.stderr })
         local client <close> = live.client()
         local containers = assert(client:containers())
         assert.equal(1, #containers)
         assert.equal("created", assert(containers[1]:task()):status())
         client:close()
         remove_all()
         assert.same(before, live.leftovers(before))
      end)
   end
end)
