-- Wrong use raises, and blames the line that it is in: none of Neap's own.

local core = require "neap.core"
local live = require "support.live"
local neap = require "neap"

describe("misuse blames its own line:", function()
   local client, container, objects

   setup(function()
      client = live.client()
      container = client:create { rootfs = live.rootfs(), args = { "sleep", "1000" } }
      local task = container:start { stdin = "pipe", stdout = "pipe" }
      objects = {
         client = client, container = container, task = task, stream = task.stdout,
         input = task.stdin, events = client:events(),
      }
   end)
   teardown(function()
      container:delete { force = true }
      client:close()
   end)

   --- The call is no tail call: that would leave no line to blame.
   local function use(fn, ...)
      local answer = fn(...)
      return answer
   end

   local function assert_blamed(...)
      local ok, err = pcall(use, ...)
      assert.is_false(ok)
      assert.matches("^spec/live/misuse_spec%.lua:%d+: ", err)
      assert.matches("expected", err)
   end

   local METHODS <const> = {
      { "client", "create", 1 }, { "client", "run", "x" }, { "client", "ensure" },
      { "client", "load", 1 }, { "client", "restore", 1 },
      { "client", "on", 1, print }, { "client", "on", "exit", 1 }, { "client", "events", 1 },
      { "container", "start", 1 }, { "container", "update", 1 }, { "container", "delete", 1 },
      { "task", "wait", 1 }, { "task", "wait", { timeout = "1" } }, { "task", "kill", 9, 1 },
      { "task", "stop", 1 }, { "task", "delete", 1 }, { "task", "resize" },
      { "task", "resize", 80 }, { "task", "exec", 1 }, { "task", "exec" },
      { "task", "process", 1 }, { "task", "update", 1 }, { "task", "attach", 1 },
      { "task", "read", "l", 1 }, { "task", "read", "l", { timeout = "1" } },
      { "task", "expect", 1 }, { "task", "expect", "x", 1 },
      { "task", "expect", "x", { timeout = "1" } }, { "task", "write", {} },
      { "stream", "read", "l", 1 }, { "stream", "expect", "x", 1 }, { "stream", "tap", 1 },
      { "input", "tap" }, { "input", "write", {} }, { "events", "read", 1 },
      { "events", "read", { timeout = "1" } },
   }

   for i, row in ipairs(METHODS) do
      it(("%s:%s, %d"):format(row[1], row[2], i), function()
         local object = objects[row[1]]
         assert_blamed(object[row[2]], object, table.unpack(row, 3))
      end)
   end

   local FUNCTIONS <const> = {
      { "connect", 1 }, { "spawn", 1 }, { "all", 1 }, { "all", { 1 } }, { "race", 1 },
      { "map", 1, 1, print }, { "map", {}, 0, print }, { "map", {}, 1, 1 }, { "timeout", "x" },
      { "timeout", 1, 1 }, { "scope", 1 }, { "sleep", "x" }, { "wrap", 1 }, { "pipe", 1 },
   }

   for i, row in ipairs(FUNCTIONS) do
      it(("neap.%s, %d"):format(row[1], i), function()
         assert_blamed(neap[row[1]], table.unpack(row, 2))
      end)
   end

   local SINKS <const> = {
      { "lines", 1 }, { "file", 1 }, { "file", "x", 1 }, { "tail", 0 }, { "block" },
      { "drop", print, 1 }, { "spill", print, 1 },
   }

   for i, row in ipairs(SINKS) do
      it(("neap.sink.%s, %d"):format(row[1], i), function()
         assert_blamed(neap.sink[row[1]], table.unpack(row, 2))
      end)
   end

   -- With a dot in the colon's place.
   it("methods that are called on nothing, or something else", function()
      for _, class in ipairs { "client", "container", "task", "stream" } do
         local object = objects[class]
         for name, method in pairs(core.classes[class]) do
            assert.equal(method, object[name])
            for _, bad in ipairs { false, "x", class == "client" and container or client } do
               local ok, err = pcall(use, method, bad or nil)
               assert.is_false(ok, name)
               assert.matches("^spec/live/misuse_spec%.lua:%d+: ", err, name)
               assert.matches("neap%.%a+ expected", err, name)
            end
         end
      end
   end)

   it("neap.engine and neap.source", function()
      for _, name in ipairs { "start", "stop", "status" } do assert_blamed(neap.engine[name], 1) end
      assert_blamed(neap.source.string, {})
   end)
end)
