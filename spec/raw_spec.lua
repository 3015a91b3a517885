local core = require "neap.core"

-- The raw calls decide nothing, but never take one thing for another.
local CALLS <const> = {
   { "connect", "table" },
   { "container_create", "neap.client" }, { "container_load", "neap.client" },
   { "container_list", "neap.client" }, { "container_known", "neap.client" },
   { "container_client", "neap.container" },
   { "container_has_spec", "neap.container" },
   { "container_task", "neap.container" }, { "container_refresh", "neap.container" },
   { "container_update", "neap.container" }, { "container_delete", "neap.container" },
   { "task_start", "neap.container" }, { "task_load", "neap.container" },
   { "task_exec", "neap.task" }, { "task_process", "neap.task" },
   { "process_attach", "neap.process" }, { "process_id", "neap.process" },
   { "process_pid", "neap.process" }, { "is_task", "neap.process" },
   { "process_container", "neap.process" }, { "process_info", "neap.process" },
   { "process_stream", "neap.process" }, { "process_wait", "neap.process" },
   { "process_kill", "neap.process" }, { "process_resize", "neap.process" },
   { "process_delete", "neap.process" },
   { "stream_read", "neap.stream" }, { "stream_write", "neap.stream" },
   { "stream_done", "neap.stream" }, { "stream_captured", "neap.stream" },
   { "stream_connect", "neap.stream" }, { "stream_tap", "neap.stream" },
   { "stream_dropped", "neap.stream" }, { "stream_id", "neap.stream" },
   { "listen", "neap.client" },
}

describe("neap.core", function()
   for _, row in ipairs(CALLS) do
      local name, expected = row[1], row[2]

      it(name .. " raises on what is no " .. expected, function()
         for _, wrong in ipairs { 1, "text", core.condition() } do
            local ok, err = pcall(core[name], wrong, "x", "y")

            assert.is_false(ok)
            assert.matches(expected .. " expected", err, 1, true)
         end
      end)
   end

   it("reads a container's fields, and nobody else's", function()
      for name, read in pairs(core.container_fields) do
         local ok, err = pcall(read, core.condition())
         assert.is_false(ok, name)
         assert.matches("neap.container expected", err, 1, true)
      end
   end)

   it("gives the objects of a class fields, which may wait", function()
      local methods = { wait = core.classes.condition.wait, notify = core.classes.condition.notify }
      local old = core.metatable("condition").__index
      finally(function() core.metatable("condition").__index = old end)
      core.set_fields("condition", methods, {
         slow = function() core.sleep(0.001) return "slow" end,
         nothing = function() return nil end,
         wait = function() error "a method goes first" end,
      })
      local condition = core.condition()

      assert.equal("slow", core.spawn(function() return condition.slow end):join())
      assert.equal(methods.wait, condition.wait)
      for _, name in ipairs { "nothing", "unknown", 1, false } do
         assert.is_nil(condition[name])
      end
      for _, wrong in ipairs { { "no class", {}, {} }, { "task", 1, {} }, { "task", {} } } do
         assert.has_error(function() core.set_fields(table.unpack(wrong)) end)
      end
   end)

   it("has streams and clients that say whether they are closed", function()
      assert.is_function(core.classes.stream.is_closed)
      assert.is_function(core.classes.client.is_closed)
      assert.is_function(core.classes.stream.is_output)
   end)

   it("encodes a message for an Any, and decodes it", function()
      local bytes = assert(core.encode("containerd.runc.v1.Options", { root = "/run/x" }))

      assert.equal("/run/x", core.decode("containerd.runc.v1.Options", bytes).root)
   end)

   it("refuses messages that nobody knows, and fields that they lack", function()
      local _, unknown = core.encode("no.such.Message", {})
      local _, field = core.encode("containerd.runc.v1.Options", { rot = "/run/x" })

      assert.equal("invalid_argument", unknown.code)
      assert.equal("invalid_argument", field.code)
      assert.matches("rot", field.message, 1, true)
   end)
end)
