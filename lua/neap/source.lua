--- Sources: where standard input comes from, when it is not a stream.

local source = {}

---@class neap.Source
---@field open fun(self: neap.Source): fun(): string?  a reader of its own for each
---   start: the next bytes, then nil

local source_mt = { __name = "neap.source" }

--- Is this one of ours?
---@param value any
---@return boolean
function source.is_source(value)
   return type(value) == "table" and getmetatable(value) == source_mt
end

local CHUNK <const> = 65536 -- what a FIFO takes at once

--- Give the process this text, then the end.
---@param text string
---@return neap.Source
function source.string(text)
   if type(text) ~= "string" then
      error(("bad argument #1 to 'string' (string expected, got %s)"):format(type(text)), 2)
   end

   local function open()
      local at = 1
      return function()
         if at > #text then return nil end
         local chunk = text:sub(at, at + CHUNK - 1)
         at = at + #chunk
         return chunk
      end
   end
   return setmetatable({ open = open }, source_mt)
end

return source
