--- neap logs: what a container has written, and what it writes.

local failure = require "neap.error"
local neap = require "neap"
local output = require "neap.program.output"

---@type neap.program.Command
local logs = {
   summary = "Show what a container has written: of one that was run with -d.",
   options = {
      { "-f", "--follow", help = "Go on until its task has ended." },
      { "-n", "--tail", value = "N", help = "Only the last N lines; all." },
      { "--since", value = "TIME", help = "What is not older: a time, or 10m." },
      { "--until", value = "TIME", help = "What is not younger." },
      { "-t", "--timestamps", help = "Put its time before each line." },
      { "--raw", help = "Show the log's own lines." },
   },
   operands = { { "id", args = "1", help = "The container." } },
}

local function refuse(message)
   return nil, failure.new { code = "invalid_argument", op = "logs", message = message }
end

--- The options as container:logs takes them.
---@param parsed table
---@return neap.LogOptions? options
---@return neap.Error? err
function logs.asked(parsed)
   local asked = { follow = parsed.follow, since = parsed.since, ["until"] = parsed["until"] }
   if parsed.tail and parsed.tail ~= "all" then
      asked.tail = parsed.tail:find "^%d+$" and math.tointeger(tonumber(parsed.tail))
      if not asked.tail then
         return refuse(("--tail: %q is not a number of lines"):format(parsed.tail))
      end
   end
   return asked
end

--- A printer of entries: pieces of one line have one time before them.
---@param parsed table
---@param write fun(text: string, stream: string): boolean
---@return fun(entry: neap.LogEntry): boolean  false: it could not be written
function logs.printer(parsed, write)
   local is_inside = {}
   return function(entry)
      local stream = entry.stream or "stdout"
      if parsed.raw then return write((entry.text or entry.log) .. "\n", "stdout") end
      local has_stamp = parsed.timestamps and entry.stamp and not is_inside[stream]
      is_inside[stream] = entry.log:sub(-1) ~= "\n"
      return write((has_stamp and entry.stamp .. " " or "") .. entry.log, stream)
   end
end

local function write(text, stream)
   if stream == "stderr" then return io.stderr:write(text) ~= nil end
   return output.write(text)
end

---@param parsed table
---@return integer? status
---@return neap.Error? err
function logs.run(parsed)
   local asked, wrong = logs.asked(parsed)
   if not asked then return nil, wrong end
   local client <close>, away = neap.connect {}
   if not client then return nil, away end
   local container, absent = client:load(parsed.id)
   if not container then return nil, absent end
   local found <close>, unread = container:logs(asked)
   if not found then return nil, unread end

   local print_entry = logs.printer(parsed, write)
   if parsed.follow then io.stdout:setvbuf "line" end
   while true do
      local entry, torn = found:read()
      if not entry then return not torn and 0 or nil, torn end
      local ok = print_entry(entry)
      if parsed.follow and entry.log:sub(-1) ~= "\n" then ok = output.flush() and ok end
      if not ok then return 1 end -- the program tells why
   end
end

return logs
