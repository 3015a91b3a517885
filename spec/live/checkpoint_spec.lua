-- Checkpoints with the real thing, where CRIU runs; what it leaves where it does not.

local live = require "support.live"
local lfs = require "lfs"

describe("a checkpoint, really", function()
   local client

   before_each(function() client = live.client() end)
   after_each(function() live.disconnect(client) end)

   local function content() return live.ctr("content", "list", "--quiet") end

   it("is made and started from, or fails and leaves the task as it was", function()
      local container = client:create { id = "saved", rootfs = live.rootfs(), args = { "sh", "-c",
         "i=0; while :; do i=$((i+1)); echo $i >/tmp/count; sleep 0.05; done" } }
      local task = container:start()
      local directory = live.path "checkpoint"
      local before = content()
      local ok, err = task:checkpoint(directory)
      assert.equal(before, content())
      assert.same({}, client.leases:list {}.leases)
      assert.equal("running", task:status())
      assert.is_number(task:stats().cpu.total_ns)
      if not ok then
         assert.is_nil(lfs.attributes(directory, "mode"))
         pending("CRIU does not run here: " .. err.message:sub(1, 200))
         return
      end
      assert.is_true(task:checkpoint(live.path "last", { exit = true }))
      task:wait { timeout = 10 }
      task:delete()
      assert.equal("running", container:start { checkpoint = directory }:status())
   end)
end)
