--- Who a process is, and who made a record: the label by which leftovers are found
--- again.

local owner = {}

local function first_line(path)
   local file <close> = io.open(path)
   return file and file:read "l"
end

local boot_id

local function describe(stat)
   local pid = stat:match "^(%d+)" or "0"
   local fields = {}
   for field in (stat:match "%)(.*)$" or ""):gmatch "%S+" do fields[#fields + 1] = field end
   boot_id = boot_id or first_line "/proc/sys/kernel/random/boot_id" or "-"
   return ("%s %s %s"):format(boot_id, pid, fields[20] or "0")
end

--- "<boot id> <pid> <start time>" of a process, as no other ever has it.
---@param pid string|integer
---@return string?  nil: there is none
function owner.of(pid)
   local stat = first_line(("/proc/%s/stat"):format(pid))
   return stat and describe(stat)
end

local label

--- The same of this process.
---@return string
function owner.label()
   label = label or describe(first_line "/proc/self/stat" or "")
   return label
end

return owner
