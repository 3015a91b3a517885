-- A binary chunk of Lua 5.4 without the names of local variables and upvalues: most
-- of its strings, each made again at every start. Lines stay, so that an error still
-- says where it is. The format is that of Lua's own ldump.c.

local HEADER <const> = "^\27Lua\x54\x00" -- version 5.4, the official format
local HEADER_SIZE <const> = 31 -- with the sizes of numbers, and samples of them

-- How many bytes a constant has, by its tag; true: it is a string.
local CONSTANTS <const> = {
   [0x00] = 0, [0x01] = 0, [0x11] = 0, -- nil, false, true
   [0x03] = 8, [0x13] = 8, [0x04] = true, [0x14] = true,
}

local INSTRUCTION <const>, UPVALUE <const> = 4, 3 -- bytes
local NONE <const> = "\x80" -- a count of 0

---@param chunk string
---@return string
return function(chunk)
   assert(chunk:find(HEADER), "not a chunk of Lua 5.4")
   local at, kept = 1, {}

   local function bytes(count)
      kept[#kept + 1] = chunk:sub(at, at + count - 1)
      at = at + count
   end

   --- Seven bits a byte; the last one is marked.
   local function number()
      local value, first = 0, at
      repeat
         local byte = chunk:byte(at)
         value, at = value << 7 | byte & 0x7f, at + 1
      until byte >= 0x80
      kept[#kept + 1] = chunk:sub(first, at - 1)
      return value
   end

   --- Its size is one more; 0: there is none.
   local function text()
      bytes(math.max(number() - 1, 0))
   end

   local function each(read)
      for _ = 1, number() do read() end
   end

   local function drop(read)
      local count = #kept
      each(read)
      for i = #kept, count + 1, -1 do kept[i] = nil end
      kept[#kept + 1] = NONE
   end

   local function constant()
      local size = CONSTANTS[chunk:byte(at)]
      bytes(1)
      if size == true then text() else bytes(size) end
   end

   local function body()
      text() -- the source
      number() -- its first line
      number() -- its last
      bytes(3) -- parameters, whether more, registers
      bytes(number() * INSTRUCTION)
      each(constant)
      bytes(number() * UPVALUE)
      each(body)
      bytes(number()) -- lines, as differences
      each(function() number() number() end) -- lines, in full
      drop(function() text() number() number() end) -- local variables
      drop(text) -- upvalues
   end

   bytes(HEADER_SIZE + 1) -- and how many upvalues the chunk has
   body()
   assert(at == #chunk + 1, "a chunk of another form")
   return table.concat(kept)
end
