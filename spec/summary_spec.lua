local summary = require "neap.summary"

local HCS = "containerd.runhcs.v1.ProcessDetails"
local RUNC = "containerd.runc.v1.ProcessDetails"

local PROC = {
   ["/proc/42/stat"] = "42 (my (odd) sh) S 1 42 42 0 -1 0 0 0 0 0 "
      .. "150 25 0 0 20 0 3 0 99 4096 256 0",
   ["/proc/42/status"] = "Name:\tsh\nUid:\t1000\t1000\t1000\t1000\n",
   ["/proc/42/cmdline"] = "sh\0-c\0sleep 1\0",
   ["/proc/43/stat"] = "43 (gone) Z 42 42 42 0 -1 0 0 0 0 0 0 0 0 0 20 0 1 0 99 0 0 0",
   ["/proc/43/status"] = "Name:\tgone\nUid:\t0\t0\t0\t0\n",
   ["/proc/43/cmdline"] = "",
}

local function read(path) return PROC[path] end

describe("neap.summary", function()
   describe("linux", function()
      it("reads what /proc tells", function()
         local rows = assert(summary.linux { processes = { { pid = 42 } }, read = read })

         assert.same({
            {
               pid = 42, exec_id = "", state = "S", parent = 1, uid = 1000, threads = 3,
               user_time = 1.5, kernel_time = 0.25, memory_bytes = 256 * 4096,
               command = "sh -c sleep 1",
            },
         }, rows)
      end)

      it("takes units from the machine", function()
         local row = summary.linux({
            processes = { { pid = 42 } }, read = read, ticks = 1000, page_size = 65536,
         })[1]

         assert.equal(0.15, row.user_time)
         assert.equal(256 * 65536, row.memory_bytes)
      end)

      it("names a process that has no command line", function()
         local row = summary.linux({ processes = { { pid = 43 } }, read = read })[1]

         assert.equal("gone", row.command)
         assert.equal("Z", row.state)
      end)

      it("tells an exec by its id", function()
         local process = { pid = 7, info = { type_url = RUNC, value = { exec_id = "probe" } } }

         assert.equal("probe", summary.linux({ processes = { process } })[1].exec_id)
      end)

      it("has little to say of a process that ended meanwhile", function()
         assert.same({ { pid = 9, exec_id = "" } },
            summary.linux { processes = { { pid = 9 } }, read = read })
      end)
   end)

   describe("windows", function()
      local full = {
         image_name = "cmd.exe", created_at = 1.5, kernel_time_100_ns = 1,
         memory_commit_bytes = 2, memory_working_set_private_bytes = 3,
         memory_working_set_shared_bytes = 4, process_id = 5, user_time_100_ns = 6, exec_id = "x",
      }

      it("gives the nine fields", function()
         local rows = assert(summary.windows {
            processes = { { pid = 5, info = { type_url = HCS, value = full } } },
         })

         assert.same({
            {
               image_name = "cmd.exe", created_at = 1.5, kernel_time_100ns = 1,
               memory_commit_bytes = 2, memory_working_set_private_bytes = 3,
               memory_working_set_shared_bytes = 4, process_id = 5, user_time_100ns = 6,
               exec_id = "x",
            },
         }, rows)
      end)

      it("fills in what protobuf leaves out", function()
         local row = summary.windows({
            processes = { { pid = 5, info = { type_url = HCS, value = {} } } },
         })[1]

         assert.equal(5, row.process_id)
         assert.equal(0, row.memory_commit_bytes)
         assert.equal("", row.exec_id)
         assert.is_nil(row.created_at)
      end)
   end)

   local bad = {
      { summary.windows, { type_url = RUNC, value = {} }, RUNC },
      { summary.linux, { type_url = HCS, value = {} }, HCS },
      { summary.windows, { type_url = "type.googleapis.com/other.T", value = {} }, "other.T" },
      { summary.windows, { type_url = HCS, value = "\1\2" }, "cannot be decoded" },
   }
   for _, case in ipairs(bad) do
      it("refuses details: " .. case[3], function()
         local rows, err = case[1] { processes = { { pid = 5, info = case[2] } } }

         assert.is_nil(rows)
         assert.equal("task.summary", err.op)
         assert.matches(case[3], err.message, 1, true)
      end)
   end
end)
