--- Make text from elsewhere safe to show on a terminal.
--
-- Names, labels and error texts are written by others. What could move the
-- cursor, colour the screen, break the line or turn the reading direction is
-- shown as an escape; other text, in any script, passes as it is.

local escape = {}

local NAMED <const> = { ["\n"] = "\\n", ["\r"] = "\\r", ["\t"] = "\\t" }

--- Is this code point one that a terminal obeys instead of showing it?
local function is_control(code)
   return code < 0x20
      or code >= 0x7f and code <= 0x9f
      or code >= 0x200e and code <= 0x200f -- marks of direction
      or code >= 0x2028 and code <= 0x202e -- line breaks, directions
      or code >= 0x2066 and code <= 0x2069 -- isolated directions
      or code == 0xfeff
end

local function escape_character(character)
   local code = utf8.codepoint(character)

   if not is_control(code) then return nil end
   if NAMED[character] then return NAMED[character] end
   if code < 0x80 then return ("\\x%02x"):format(code) end
   return ("\\u{%x}"):format(code)
end

--- Escape control characters and what is not UTF-8. The result is one line.
---@param text string
---@return string
function escape.text(text)
   if not text:find("[^\x20-\x7e]") then return text end

   local parts, from = {}, 1
   while from <= #text do
      local _, bad = utf8.len(text, from)
      local good = text:sub(from, bad and bad - 1)

      parts[#parts + 1] = good:gsub(utf8.charpattern, escape_character)
      if not bad then break end
      parts[#parts + 1] = ("\\x%02x"):format(text:byte(bad))
      from = bad + 1
   end
   return table.concat(parts)
end

local SHOWN <const> = 60 -- bytes of a value that a message repeats

--- Show a value inside a message: strings quoted and cut, tables by type.
---@param value any
---@return string
function escape.show(value)
   if type(value) == "string" then
      local cut = #value > SHOWN and value:sub(1, SHOWN) .. "..." or value
      return '"' .. escape.text(cut) .. '"'
   end
   if type(value) == "number" or type(value) == "boolean" or value == nil then
      return tostring(value)
   end
   return "a " .. type(value)
end

return escape
