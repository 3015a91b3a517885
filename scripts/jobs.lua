-- Run shell commands side by side, each in a container of its own.
--
--    neap scripts/jobs.lua --rootfs DIR [-n LIMIT] [FILE]
--
-- FILE (standard input without one, or "-") has a command on each line; empty
-- lines and those that begin with # are left out. Every line that a command
-- writes is shown with its number before it. The status is 0 when all
-- succeeded, 1 when one did not, 2 when it was called wrongly. A signal cancels
-- what runs and leaves nothing behind.

local neap = require "neap"

local USAGE <const> = "usage: neap jobs.lua --rootfs DIR [-n LIMIT] [FILE]"

local function fail(message)
   io.stderr:write("jobs: ", message, "\n")
   os.exit(2)
end

local function options_of(words)
   local options = { limit = 4 }
   local i = 1
   while i <= #words do
      local word, value = words[i], words[i + 1]
      if word == "--rootfs" and value then
         options.rootfs, i = value, i + 1
      elseif word == "-n" and value then
         options.limit, i = math.tointeger(tonumber(value)), i + 1
      elseif not options.file and (word == "-" or word:sub(1, 1) ~= "-") then
         options.file = word
      else
         fail(USAGE)
      end
      i = i + 1
   end
   if not options.rootfs then fail(USAGE) end
   if not options.limit or options.limit < 1 then fail("-n: a whole number above 0, please") end
   return options
end

local function read_commands(name)
   local file, why = io.stdin, nil
   if name and name ~= "-" then file, why = io.open(name) end
   if not file then fail(why) end
   local commands = {}
   for line in file:lines() do
      if line:find "%S" and not line:find "^%s*#" then commands[#commands + 1] = line end
   end
   return commands
end

local function show(number, what)
   io.stdout:write(("[%d] %s\n"):format(number, what))
   io.stdout:flush()
end

--- What became of it, in words; nil where it succeeded.
local function complaint(result, err)
   if not result then return tostring(err) end
   if result.signal then return "killed by signal " .. result.signal end
   if result.code ~= 0 then return "exit status " .. result.code end
end

local options = options_of(arg)
local commands = read_commands(options.file)
local client <close> = assert(neap.connect())

local function run(command, number)
   local result, err = client:run {
      rootfs = options.rootfs,
      args = { "/bin/sh", "-c", "exec 2>&1\n" .. command }, -- one stream keeps their order
      stdout = neap.sink.lines(function(line) show(number, line) end),
   }
   local why = complaint(result, err)
   if why then show(number, "failed: " .. why) end
   return why == nil
end

local failed, start = 0, neap.now()
local succeeded = neap.map(commands, options.limit, run)
for number, command in ipairs(commands) do
   if not succeeded[number] then
      failed = failed + 1
      io.stderr:write(("failed: [%d] %s\n"):format(number, command))
   end
end
io.stderr:write(("%d jobs, %d failed, %.1f s\n"):format(#commands, failed, neap.now() - start))
os.exit(failed == 0, true)
