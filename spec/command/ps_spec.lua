local ps = require "neap.command.ps"

local containers = {
   { id = "old", image = "", spec = { root = { path = "/r" } }, created_at = 100 },
   { id = "web", image = "nginx", created_at = 200 },
   { id = "bare", created_at = 200 },
   { id = "off", image = "x", created_at = 150 },
}
local tasks = {
   old = { id = "old", status = "RUNNING", pid = 7 },
   web = { id = "web", status = "STOPPED", pid = 8, exit_status = 3 },
   off = { id = "off", status = "PAUSED", pid = 9 },
}

local function ids(rows)
   local list = {}
   for position, row in ipairs(rows) do list[position] = row.id end
   return list
end

describe("neap.command.ps", function()
   local rows = ps.rows(containers, tasks)

   it("puts the newest first, and those of one moment by id", function()
      assert.same({ "bare", "web", "off", "old" }, ids(rows))
   end)

   it("joins records and tasks", function()
      assert.same({
         { id = "bare", status = "none", created_at = 200 },
         { id = "web", status = "stopped", code = 3, image = "nginx", created_at = 200 },
         { id = "off", status = "paused", pid = 9, image = "x", created_at = 150 },
         { id = "old", status = "running", pid = 7, rootfs = "/r", created_at = 100 },
      }, rows)
   end)

   it("shows those with a running task, or all", function()
      assert.same({ "off", "old" }, ids(ps.chosen(rows)))
      assert.same(rows, ps.chosen(rows, true))
   end)

   it("lays them out for people", function()
      local lines = {}
      for line in ps.table(rows, 260):gmatch "[^\n]+" do lines[#lines + 1] = line end

      assert.matches("^ID +STATUS +PID +IMAGE/ROOTFS +CREATED$", lines[1])
      assert.matches("^bare +none +%- +%- +1 minute ago$", lines[2])
      assert.matches("^web +stopped %(3%) +%- +nginx +1 minute ago$", lines[3])
      assert.matches("^old +running +7 +/r +2 minutes ago$", lines[5])
   end)
end)
