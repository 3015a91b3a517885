--- One entry of a log: what was written, where and when.

local instant = require "neap.instant"
local json = require "neap.json"

local entry = {}

---@class neap.LogEntry
---@field log string      the bytes, with the newline that ended them; a long line
---   comes in pieces, of which the last has it
---@field line string     the same without it
---@field stream? string  "stdout" or "stderr"; raw logs do not tell
---@field time? number    seconds since 1970; raw logs do not tell
---@field stamp? string   the same as the log has it, with every digit
---@field ns? integer
---@field text? string    the log's own line

local function make(log, stream, stamp)
   return {
      log = log, line = log:sub(-1) == "\n" and log:sub(1, -2) or log,
      stream = stream, stamp = stamp,
   }
end

--- A line of a json-file log, as docker's.
---@param text string
---@return neap.LogEntry? entry  nil: it is none; a crash of the machine tears lines
local function from_json(text)
   local ok, value = pcall(json.decode, text)
   if not ok or type(value) ~= "table" or type(value.log) ~= "string" then return nil end
   local made = make(value.log, value.stream, value.time)
   made.text = text
   made.ns = type(value.time) == "string" and instant.stamp(value.time) or nil
   made.time = made.ns and made.ns / 1e9
   return made
end

--- How each driver's lines are read.
---@type table<string, fun(text: string): neap.LogEntry?>
entry.readers = {
   ["json-file"] = from_json,
   raw = function(text)
      local made = make(text .. "\n")
      made.text = text
      return made
   end,
}

---@class neap.logs.Filter
---@field since? integer   in ns
---@field until_? integer  in ns
---@field stream? string

--- Is it what is asked for?
---@param found neap.LogEntry
---@param filter neap.logs.Filter
---@return boolean
function entry.passes(found, filter)
   if filter.stream and found.stream ~= filter.stream then return false end
   if filter.since and (not found.ns or found.ns < filter.since) then return false end
   return not (filter.until_ and found.ns and found.ns > filter.until_)
end

return entry
