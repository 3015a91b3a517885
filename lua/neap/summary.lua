--- Rows about the processes of a task, for people to look at.
--
-- Tasks/ListPids answers with pids, and with details in the shim's own message:
-- hcsshim's says everything, runc's only which exec a process is. On Linux the
-- rest is read from /proc, while the process is there.

local failure = require "neap.error"

local summary = {}

---@class neap.summary.Info
---@field processes { pid: integer, info: { type_url: string, value: any }? }[]
---@field read? fun(path: string): string?  of /proc; Linux only
---@field ticks? integer      clock ticks a second; default 100
---@field page_size? integer  bytes; default 4096

local HCS_FIELDS <const> = {
   image_name = "", created_at = false, kernel_time_100_ns = 0, memory_commit_bytes = 0,
   memory_working_set_private_bytes = 0, memory_working_set_shared_bytes = 0,
   process_id = 0, user_time_100_ns = 0, exec_id = "",
}
--- The message's spelling, where Neap's differs.
local RENAMED <const> = {
   kernel_time_100_ns = "kernel_time_100ns", user_time_100_ns = "user_time_100ns",
}

--- The details of a process, which must be of the type that the platform's shim
--- sends and must have been decoded.
local function details(process, wanted)
   local info = process.info
   if not info or info.type_url == nil or info.type_url == "" then return nil end

   local name = info.type_url:match("[^/]*$")
   if not wanted[name] then
      return nil, ("process %d: details of type %s"):format(process.pid, info.type_url)
   end
   if type(info.value) ~= "table" then
      return nil, ("process %d: details of type %s that cannot be decoded"):format(
         process.pid, info.type_url
      )
   end
   return info.value
end

local function rows_of(info, wanted, make)
   local rows = {}
   for i, process in ipairs(info.processes) do
      local known, why = details(process, wanted)
      if why then
         return nil, failure.new { code = "unknown", op = "task.summary", message = why }
      end
      rows[i] = make(process, known or {}, info)
   end
   return rows
end

local function windows_row(process, known)
   local row = {}
   for name, default in pairs(HCS_FIELDS) do
      local value = known[name]
      if value == nil then value = default end
      row[RENAMED[name] or name] = value
   end
   if row.process_id == 0 then row.process_id = process.pid end
   row.created_at = row.created_at or nil
   return row
end

--- The fields of /proc/PID/stat after the command, which may hold anything.
local function stat_fields(text)
   local fields = {}
   for field in (text:match("^.*%)%s+(.*)$") or ""):gmatch("%S+") do
      fields[#fields + 1] = field
   end
   return fields
end

--- "sh\0-c\0sleep 1\0" as a shell line; a kernel thread and a zombie have none.
local function command_of(cmdline, stat)
   local words = (cmdline or ""):gsub("%z+$", ""):gsub("%z", " ")
   if words ~= "" then return words end
   return stat:match("%((.*)%)")
end

local function linux_row(process, known, info)
   local row = { pid = process.pid, exec_id = known.exec_id or "" }
   local function read(file)
      return info.read and info.read(("/proc/%d/%s"):format(process.pid, file))
   end
   local stat, status = read "stat", read "status"
   if not stat then return row end -- it ended in the meantime

   local fields = stat_fields(stat)
   local ticks = info.ticks or 100
   row.state = fields[1]
   row.parent = math.tointeger(tonumber(fields[2]))
   row.user_time = (tonumber(fields[12]) or 0) / ticks
   row.kernel_time = (tonumber(fields[13]) or 0) / ticks
   row.threads = math.tointeger(tonumber(fields[18]))
   row.memory_bytes = (math.tointeger(tonumber(fields[22])) or 0) * (info.page_size or 4096)
   row.uid = status and math.tointeger(tonumber(status:match("\nUid:%s+(%d+)")))
   row.command = command_of(read "cmdline", stat)
   return row
end

--- pid, exec_id, and of living processes: state, parent, uid, threads, user_time
--- and kernel_time (seconds), memory_bytes (resident), command.
---@param info neap.summary.Info
---@return table[]? rows
---@return neap.Error? err  details of another type
function summary.linux(info)
   return rows_of(info, {
      ["containerd.runc.v1.ProcessDetails"] = true,
      ["containerd.linux.runc.ProcessDetails"] = true,
   }, linux_row)
end

--- The nine fields of hcsshim's ProcessDetails.
---@param info neap.summary.Info
---@return table[]? rows
---@return neap.Error? err  details of another type
function summary.windows(info)
   return rows_of(info, { ["containerd.runhcs.v1.ProcessDetails"] = true }, windows_row)
end

return summary
