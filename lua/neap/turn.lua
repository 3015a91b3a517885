--- Taking turns: one at a time, in the order of asking.

local core = require "neap.core"

local turn = {}

---@class neap.Turn
local Turn = {}
Turn.__index = Turn

--- Let the next one go.
local function leave(mine)
   local queue = mine.queue
   for i, waiting in ipairs(queue) do
      if waiting == mine then
         table.remove(queue, i)
         break
      end
   end
   if queue[1] and queue[1].called then queue[1].called:notify() end
end

Turn.__close = leave

--- Wait for one's turn; it ends when the result is closed. Cancelling the wait
--- gives it up.
---@param queue table  shared by those who take turns; empty at first
---@return neap.Turn
function turn.take(queue)
   local mine = setmetatable({ queue = queue }, Turn)
   queue[#queue + 1] = mine
   if queue[1] == mine then return mine end

   mine.called = core.condition()
   local ok, err = pcall(function()
      while queue[1] ~= mine do mine.called:wait() end
   end)
   if ok then return mine end
   leave(mine)
   error(err, 0)
end

return turn
