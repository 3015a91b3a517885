--- The members of a tar archive, as its bytes come.
--
-- What it names is not trusted: a member that would land outside, or is neither a
-- file nor a directory, ends the reading.

local escape = require "neap.escape"

local reader = {}

local BLOCK <const> = 512
local NAME <const>, PREFIX <const> = 100, 155

--- Bytes by number, from chunks of any size.
local function buffer_of(next_chunk)
   local held = ""
   local buffer = {}

   --- Up to `count` bytes, at least one; nil at the end.
   function buffer.some(count)
      while held == "" do
         local chunk, err = next_chunk()
         if not chunk then return nil, err end
         held = chunk
      end
      local bytes = held:sub(1, count)
      held = held:sub(count + 1)
      return bytes
   end

   --- Just `count` bytes; nil where there are fewer.
   function buffer.all(count)
      local parts, missing = {}, count
      while missing > 0 do
         local bytes, err = buffer.some(missing)
         if not bytes then return nil, err or "the archive ends too soon" end
         parts[#parts + 1] = bytes
         missing = missing - #bytes
      end
      return table.concat(parts)
   end

   return buffer
end

local function text_at(block, first, width)
   return (block:sub(first, first + width - 1):match "^[^\0]*")
end

--- Octal, or from a byte 0x80 on big-endian.
local function number_at(block, first, width)
   local bytes = block:sub(first, first + width - 1)
   if bytes:byte() >= 128 then
      local number = 0
      for i = 2, #bytes do number = number << 8 | bytes:byte(i) end
      return number
   end
   return tonumber(bytes:match "[0-7]+" or "0", 8)
end

local function checksum_fits(block)
   local sum = 0
   for i, byte in ipairs { block:byte(1, BLOCK) } do
      sum = sum + ((i >= 149 and i <= 156) and 32 or byte)
   end
   return sum == number_at(block, 149, 8)
end

local function parse(block)
   if not checksum_fits(block) then return nil, "it is no tar archive" end
   local name, prefix = text_at(block, 1, NAME), ""
   if block:sub(258, 262) == "ustar" then prefix = text_at(block, 346, PREFIX) end
   local kind = block:sub(157, 157)
   return {
      name = prefix ~= "" and prefix .. "/" .. name or name,
      size = number_at(block, 125, 12), mode = number_at(block, 101, 8),
      kind = kind == "\0" and "0" or kind,
   }
end

--- The pairs of an extended header.
local function records(text)
   local found, at = {}, 1
   while at <= #text do
      local length = tonumber(text:match("^(%d+) ", at))
      if not length or length < 5 then return nil, "an extended header is broken" end
      local key, value = text:sub(at, at + length - 2):match "^%d+ ([^=]*)=(.*)$"
      if not key then return nil, "an extended header is broken" end
      found[key] = value
      at = at + length
   end
   return found
end

--- A name that stays where it is unpacked: plain, without "." and "..".
local function plain(name)
   if name:sub(1, 1) == "/" or name:find("\0", 1, true) then return nil end
   local parts = {}
   for part in name:gmatch "[^/]+" do
      if part == ".." then return nil end
      if part ~= "." then parts[#parts + 1] = part end
   end
   return table.concat(parts, "/")
end

local KINDS <const> = { ["0"] = "file", ["5"] = "directory" }
local LARGEST_HEADER <const> = 1 << 20

local function skip(buffer, count)
   return count == 0 or buffer.all(count)
end

--- Headers of the next member; nil at the archive's end.
local function next_header(buffer)
   local extended = {}
   while true do
      local block, err = buffer.all(BLOCK)
      if not block then return nil, err end
      if block == ("\0"):rep(BLOCK) then return nil end
      local found, why = parse(block)
      if not found then return nil, why end
      if found.kind ~= "x" and found.kind ~= "g" then
         found.name = extended.path or found.name
         found.size = math.tointeger(tonumber(extended.size)) or found.size
         return found
      end
      if found.size > LARGEST_HEADER then return nil, "an extended header is too large" end
      local text, cut = buffer.all(found.size)
      if not text then return nil, cut end
      local pairs_of, broken = records(text)
      if not pairs_of then return nil, broken end
      if found.kind == "x" then extended = pairs_of end
      local ok, short = skip(buffer, -found.size % BLOCK)
      if not ok then return nil, short end
   end
end

--- Read an archive: `take(member)` for each { name =, kind =, size =, mode = }, which
--- gives a function that is called with its bytes, then with nil.
---@param next_chunk fun(): string?, any
---@param take fun(member: table): (fun(bytes: string?): true?, any)?, any
---@return true? ok
---@return any why
function reader.read(next_chunk, take)
   local buffer = buffer_of(next_chunk)
   while true do
      local member, why = next_header(buffer)
      if not member then
         if why then return nil, why end
         return true
      end
      local name = plain(member.name)
      local kind = KINDS[member.kind]
      if not name then
         return nil, ("member %s would land outside"):format(escape.show(member.name))
      end
      if not kind then
         return nil, ("member %s is neither a file nor a directory"):format(
            escape.show(member.name))
      end
      member.name, member.kind = name, kind
      local write, refused = take(member)
      if not write then return nil, refused end
      local left = kind == "file" and member.size or 0
      while left > 0 do
         local bytes, cut = buffer.some(left)
         if not bytes then return nil, cut or "the archive ends too soon" end
         left = left - #bytes
         local ok, failed = write(bytes)
         if not ok then return nil, failed end
      end
      local ok, failed = write(nil)
      if not ok then return nil, failed end
      ok, failed = skip(buffer, kind == "file" and -member.size % BLOCK or 0)
      if not ok then return nil, failed end
   end
end

return reader
