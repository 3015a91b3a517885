-- A containerd on Windows, played by the scripted server: what Neap sends it.

local core = require "neap.core"
local neap = require "neap"

describe("on Windows", function()
   local T <const>, C <const> = "containerd.services.tasks.v1.Tasks/",
      "containerd.services.containers.v1.Containers/"
   local RUNTIME <const> = "io.containerd.runhcs.v1"
   local server, client, container, level

   before_each(function()
      level = neap.log.level()
      server = require "support.server".start()
      server:stream("containerd.services.events.v1.Events/Subscribe")
      local record = {
         id = "win", created_at = 5, runtime = { name = RUNTIME },
         spec = { type_url = "types.containerd.io/opencontainers/runtime-spec/1/Spec",
            value = { ociVersion = "1.0.2", process = { args = { "cmd.exe" }, cwd = "C:\\" } } },
         labels = {},
      }
      server:answer(C .. "Create", { container = record })
      server:answer(T .. "Create", { container_id = "win", pid = 44 })
      server:answer(T .. "Start", { pid = 44 })
      client = neap.connect { address = server.address, namespace = "n" }
      local err
      container, err = client:create { id = "win", runtime = RUNTIME, spec = {
         ociVersion = "1.0.2", process = { args = { "cmd.exe" }, cwd = "C:\\" },
         root = { path = [[\\?\Volume{1}\]] }, windows = { layerFolders = { "C:\\l" } },
      } }
      if not container then error(err) end
   end)
   after_each(function()
      neap.log.level(level)
      server:answer(C .. "Delete", {})
      server:answer(T .. "Kill", {})
      server:fail(T .. "Delete", 5, "gone")
      client:close()
      server:__close()
      os.execute("rm -rf " .. require "neap.bundle".path {
         engine = server.address, namespace = "n", id = "win" }:match "^(.*)/n/win$")
   end)

   it("the record carries the runtime, the spec and the bundle", function()
      local sent = server:message(C .. "Create", 1).container
      assert.equal(RUNTIME, sent.runtime.name)
      assert.matches("win$", sent.labels["neap.bundle"])
      local spec = core.json.decode(sent.spec.value)
      assert.equal("C:\\l", spec.windows.layerFolders[1])
      assert.is_nil(spec.linux)
   end)

   it("the shim writes a debug log exactly where Neap does", function()
      for _, case in ipairs { { "info", false }, { "debug", true }, { "trace", false } } do
         neap.log.level(case[1])
         local options = require "neap.wiring".options(container, {})
         assert.equal(case[2], options ~= nil, case[1])
      end
      neap.log.level "debug"
      local task, err = container:start()
      if not task then error(err) end
      local sent = server:message(T .. "Create", 1)
      assert.equal("containerd.runhcs.v1.Options", sent.options.type_url)
      assert.is_true(sent.options.value.debug)
      assert.same({ "", "", "" }, { sent.stdin, sent.stdout, sent.stderr })
   end)

   it("a pipe is named, and opening it here is unimplemented", function()
      local task, err = container:start { stdout = "pipe" }
      assert.is_nil(task)
      assert.equal("unimplemented", err.code)
      assert.matches([[\\.\pipe\containerd-win-win-stdout]], err.message, 1, true)
      assert.equal(0, server:calls(T .. "Create"))
   end)

   it("an update succeeds, and is sent to nobody", function()
      local task = container:start()
      assert.is_true(task:update { memory = "64m" })
      assert.equal("invalid_argument", select(2, task:update { memroy = 1 }).code)
      assert.equal(0, server:calls(T .. "Update"))
   end)

   it("a summary is the shim's nine figures", function()
      local task = container:start()
      server:answer(T .. "ListPids", { processes = {
         { pid = 44, info = { type_url = "containerd.runhcs.v1.ProcessDetails", value = {
            image_name = "cmd.exe", created_at = 12, kernel_time_100_ns = 1,
            memory_commit_bytes = 2, memory_working_set_private_bytes = 3,
            memory_working_set_shared_bytes = 4, process_id = 44, user_time_100_ns = 5,
            exec_id = "e" } } },
      } })
      local rows, err = task:summary()
      if not rows then error(err) end
      assert.same({ { image_name = "cmd.exe", created_at = 12, kernel_time_100ns = 1,
         memory_commit_bytes = 2, memory_working_set_private_bytes = 3,
         memory_working_set_shared_bytes = 4, process_id = 44, user_time_100ns = 5,
         exec_id = "e" } }, rows)

      server:answer(T .. "ListPids", { processes = { { pid = 1, info = {
         type_url = "containerd.runc.v1.ProcessDetails", value = { exec_id = "e" } } } } })
      rows, err = task:summary()
      assert.is_nil(rows)
      assert.matches("containerd.runc.v1.ProcessDetails", err.message, 1, true)
   end)
end)
