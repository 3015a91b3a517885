--- Linux signals by number and by name.

local escape = require "neap.escape"
local nearest = require "neap.nearest"

local signal = {}

local NAMES <const> = {
   "HUP", "INT", "QUIT", "ILL", "TRAP", "ABRT", "BUS", "FPE", "KILL", "USR1",
   "SEGV", "USR2", "PIPE", "ALRM", "TERM", "STKFLT", "CHLD", "CONT", "STOP",
   "TSTP", "TTIN", "TTOU", "URG", "XCPU", "XFSZ", "VTALRM", "PROF", "WINCH",
   "IO", "PWR", "SYS",
}
local RTMIN <const>, RTMAX <const> = 34, 64 -- glibc keeps 32 and 33

local numbers = { IOT = 6, CLD = 17, POLL = 29, RTMIN = RTMIN, RTMAX = RTMAX }
for number, name in ipairs(NAMES) do numbers[name] = number end

local function refuse(value, hint)
   return nil, ("%s is no signal (1 to %d, or a name like \"TERM\")%s"):format(
      escape.show(value), RTMAX, hint or ""
   )
end

local function real_time(name)
   local base, sign, digits = name:match("^(RTM[INAX]+)([+-])(%d%d?)$")
   if not base or not numbers[base] then return nil end

   local number = numbers[base] + (sign == "+" and 1 or -1) * tonumber(digits)
   return number >= RTMIN and number <= RTMAX and number or nil
end

local function by_name(value)
   local name = value:upper():gsub("^SIG", "")
   local number = numbers[name] or real_time(name)
   if number then return number end

   local known = {}
   for candidate in pairs(numbers) do known[#known + 1] = candidate end
   table.sort(known)
   return refuse(value, nearest.hint(name, known))
end

--- Read a signal: 15, "15", "TERM", "SIGTERM", "RTMIN+3". There is no signal 0:
--- asking whether a process lives is what `status` is for.
---@param value any
---@return integer? number
---@return string? why  what is wrong with it
function signal.parse(value)
   if type(value) == "string" and not value:find("^%d+$") then return by_name(value) end

   local number = math.tointeger(tonumber(value))
   if not number or number < 1 or number > RTMAX then return refuse(value) end
   return number
end

--- Name a signal: "TERM" for 15.
---@param number integer
---@return string? name  nil where there is no such signal
function signal.name(number)
   if NAMES[number] then return NAMES[number] end
   if number == RTMIN then return "RTMIN" end
   if number > RTMIN and number <= RTMAX then return "RTMIN+" .. number - RTMIN end
   return nil
end

return signal
