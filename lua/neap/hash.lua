--- A short name for a long path.
--
-- Sockets and bundles of different engines live side by side under /run/neap,
-- whatever the length of the engine's own path. FNV-1a tells paths apart; it
-- protects nothing and nobody relies on it to.

local hash = {}

local OFFSET <const> = 0x811c9dc5
local PRIME <const> = 0x01000193

local last_text, last_hash

--- Hash `text` to eight lower-case hex digits (FNV-1a, 32 bits).
---@param text string
---@return string
function hash.hex8(text)
   if text == last_text then return last_hash end -- mostly there is one engine
   local sum = OFFSET
   for i = 1, #text do
      sum = (sum ~ text:byte(i)) * PRIME & 0xffffffff
   end
   last_text, last_hash = text, ("%08x"):format(sum)
   return last_hash
end

return hash
