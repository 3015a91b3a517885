--- Block devices that limits are about: paths become numbers.

local escape = require "neap.escape"
local path = require "neap.path"

local blocks = {}

--- Which scheduler moves a device's blocks, where that can be told.
local function scheduler_of(machine, device)
   local text = machine.read(("/sys/dev/block/%d:%d/queue/scheduler"):format(
      device.major, device.minor
   ))
   return text and text:match "%[(.-)%]"
end

local function number(item, machine)
   if not item.path then return end
   local found, errno = machine.stat(item.path)
   if not found then return ("%s %s"):format(escape.show(item.path), path.reason(errno)) end
   if found.device ~= "b" then
      return ("%s is a %s, not a block device"):format(escape.show(item.path),
         found.device and "character device" or found.type)
   end
   local numbers = ("%d:%d"):format(found.major, found.minor)
   if machine.exists("/sys/dev/block/" .. numbers .. "/partition") then
      return ("%s is a part of a disk, and limits are a whole one's"):format(
         escape.show(item.path)
      )
   end
   item.path, item.major, item.minor = nil, found.major, found.minor
end

--- Weights of single devices are one scheduler's; the kernel's version 1 refuses
--- them for a device that has another.
local function check_scheduler(item, machine)
   local scheduler = scheduler_of(machine, item)
   if scheduler and scheduler ~= "bfq" then
      return ("the scheduler of %d:%d is %s, and bfq alone knows weights"):format(
         item.major, item.minor, scheduler
      )
   end
end

--- Name the devices by their numbers.
---@param limits table  blockIO: changed
---@param by neap.resources.Words
---@param machine neap.Machine
---@param version? string  of cgroups
---@return string? why
function blocks.resolve(limits, by, machine, version)
   for name, list in pairs(limits) do
      for _, item in ipairs(type(list) == "table" and list or {}) do
         local why = number(item, machine)
         local is_weight = name == "weightDevice" and version ~= "v2"
         if not why and is_weight then why = check_scheduler(item, machine) end
         if why then return ("%s: %s"):format(by["blockIO." .. name], why) end
      end
   end
end

return blocks
