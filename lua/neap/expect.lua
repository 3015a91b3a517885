--- Waiting for what a process says.

local defaults = require "neap.defaults"
local failure = require "neap.error"
local sizes = require "neap.size"

local expect = {}

--- What is looked at is one string, from its first byte.
local function text_of(buffer)
   local text, from = buffer:text()
   return from == 1 and text or text:sub(from)
end

--- Where a function found something; it may leave out the end, which is then all.
local function checked(text, from, to, ...)
   if not from then return nil end
   if to == nil then to = #text end
   local is_place = math.type(from) == "integer" and math.type(to) == "integer"
      and from >= 1 and to >= from - 1 and to <= #text
   if not is_place then
      error(("expect: the function answered %s, %s for a text of %d bytes"):format(
         tostring(from), tostring(to), #text), 0)
   end
   return from, to, ...
end

--- A function(text) that says where the expected is: from, to, captures.
---@param wanted any
---@return (fun(text: string): integer?, integer?, ...)? find  nil: it is neither
function expect.finder(wanted)
   if type(wanted) == "string" then
      return function(text) return text:find(wanted) end
   end
   if type(wanted) == "function" then
      return function(text) return checked(text, wanted(text)) end
   end
   return nil
end

---@param limit integer|string|nil
---@return integer? bytes
---@return string? why
function expect.limit(limit)
   if limit == nil then return defaults.expect_limit end
   return sizes.parse(limit)
end

local function fail(code, message)
   return nil, failure.new { code = code, op = "stream.expect", message = message }
end

local function take(buffer, text, found)
   buffer:take(found[2])
   if found.n > 2 then return table.unpack(found, 3, found.n) end
   return text:sub(found[1], found[2])
end

--- Read until `find` finds; what comes before is dropped then, what comes after stays
--- to be read. All of it stays where it is not found.
---@param buffer neap.Buffer
---@param more neap.More
---@param find fun(text: string): integer?, integer?, ...
---@param limit integer  of what is kept and looked at
---@return any ...  what was matched, or its captures; or nil and an error
function expect.read(buffer, more, find, limit)
   while true do
      local text = text_of(buffer)
      local found = table.pack(find(text))
      if found[1] then return take(buffer, text, found) end
      if #text >= limit then
         return fail("resource_exhausted", ("not found in %d bytes"):format(#text))
      end
      local ok, err = more()
      if err then return nil, err end
      if not ok then return fail("out_of_range", "the stream ended before it was found") end
   end
end

return expect
