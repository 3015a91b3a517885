--- Who made a record: the label by which leftovers are found again.

local owner = {}

local function first_line(path)
   local file <close> = io.open(path)
   return file and file:read "l"
end

local label

--- "<boot id> <pid> <start time>" of this process, as no other ever has it.
---@return string
function owner.label()
   if label then return label end
   local stat = first_line "/proc/self/stat" or ""
   local pid = stat:match "^(%d+)" or "0"
   local fields = {}
   for field in (stat:match "%)(.*)$" or ""):gmatch "%S+" do fields[#fields + 1] = field end
   label = ("%s %s %s"):format(
      first_line "/proc/sys/kernel/random/boot_id" or "-", pid, fields[20] or "0"
   )
   return label
end

return owner
