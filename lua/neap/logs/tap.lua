--- Watching a container's output as its logger reads it: frames from its socket.

local core = require "neap.core"

local tap = {}

local KINDS <const> = { [0] = "end", "stdout", "stderr", "notice", "dropped",
   "position" }
local HEAD <const> = 5

--- Take the frames off the front of what was received. Pure.
---@param bytes string
---@return { kind: string?, payload: string }[] frames
---@return string rest
function tap.frames(bytes)
   local frames, at = {}, 1
   while #bytes - at + 1 >= HEAD do
      local kind, size, from = string.unpack("<BI4", bytes, at)
      if #bytes - from + 1 < size then break end
      frames[#frames + 1] = { kind = KINDS[kind], payload = bytes:sub(from, from + size - 1) }
      at = from + size
   end
   return frames, bytes:sub(at)
end

---@class neap.logs.Tap
---@field next fun(): string?, string?  a frame's kind and payload; nil: the logger died
---@field await fun(seconds: number): boolean, neap.Error?  until there is a frame, which
---   `next` gives: the first says that what the streams give from then on will come
---@field close fun()

--- Connect to a logger.
---@param path string
---@param wanted string  "live", "backlog", "all", "hold", "hold N", "at N"
---@return neap.logs.Tap? tap
---@return neap.Error? err
function tap.connect(path, wanted)
   local socket, err = core.connect_socket(path)
   if not socket then return nil, err end
   local asked, unasked = socket:write("tap " .. wanted .. "\n")
   if not asked then
      socket:close()
      return nil, unasked
   end

   local frames, rest, at = {}, "", 1
   local function receive(options)
      while not frames[at] do
         local bytes, why = socket:read(options)
         if not bytes then return false, why end
         frames, rest = tap.frames(rest .. bytes)
         at = 1
      end
      return true
   end
   local function next_frame()
      if not receive() then return nil end
      local frame = frames[at]
      at = at + 1
      return frame.kind or "unknown", frame.payload
   end
   return {
      next = next_frame,
      await = function(seconds) return receive { timeout = seconds } end,
      close = function() socket:close() end,
   }
end

return tap
