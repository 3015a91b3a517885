--- Who an engine is: whoever listens on its socket, as the kernel tells.

local core = require "neap.core"

local options = require "neap.engine.options"

local status = {}

status.NAME = "containerd" -- of the executable that answers

local TIMEOUT <const> = 15 -- to answer, to end, and for somebody else's start

---@class neap.engine.Status
---@field running boolean
---@field started? boolean  false: it was running already
---@field pid? integer
---@field exe? string
---@field address string  containerd's socket
---@field dir string
---@field root string
---@field state string
---@field log string

--- What starting and stopping tell the core in common.
function status.request(places)
   return {
      lock = places.lock, socket = places.address, name = status.NAME, timeout = TIMEOUT,
   }
end

---@param places neap.engine.Layout
---@param peer? table
---@return neap.engine.Status
function status.describe(places, peer)
   return {
      running = peer ~= nil,
      pid = peer and peer.pid,
      exe = peer and peer.exe,
      address = places.address,
      dir = places.dir,
      root = places.root,
      state = places.state,
      log = places.log,
   }
end

local function identify(op, places)
   local peer, err = core.engine.identify(places.address, status.NAME)
   if peer and not peer.ours then
      return options.refuse(op, "failed_precondition",
         ("%s is served by pid %d of user %d, %s, which is no engine of ours"):format(
            places.address, peer.pid, peer.uid, peer.exe
         ), places.dir)
   end
   if peer or err.code == "not_found" then return peer or false end
   if err.code == "permission_denied" and core.engine.user() ~= 0 then
      return options.check_user(op)
   end
   return nil, err
end

--- Tell whether an engine runs, and where it is.
---@param op string
---@param given? neap.engine.Options
---@param level? integer  of the caller to blame; default: who called us
---@return neap.engine.Status? status
---@return table? err
function status.find(op, given, level)
   local dir, run = options.check(op, given, level)
   if not dir then return nil, run end

   local places = options.places(dir, run)
   local peer, err = identify(op, places)
   if peer == nil then return nil, err end
   return status.describe(places, peer or nil)
end

return status
