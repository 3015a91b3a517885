--- A process at the program's terminal: what is typed goes to it, until its end or
--- until the detach keys are typed.

local core = require "neap.core"
local detach = require "neap.program.detach"
local failure = require "neap.error"
local host = require "neap.host"

local console = {}

local STDIN <const> = 0

--- Is there a terminal to show the process's on?
---@param parsed { tty: boolean?, interactive: boolean? }
---@param op string
---@return true? ok
---@return neap.Error? err
function console.check(parsed, op)
   if not parsed.tty then return true end
   if host.is_terminal(0) or not parsed.interactive and host.is_terminal(1) then return true end
   return nil, failure.new {
      code = "failed_precondition", op = op,
      message = "-t needs a terminal, and standard input is none",
   }
end

--- Read the option --detach-keys.
---@param text? string
---@param op string
---@return string? keys
---@return neap.Error? err
function console.keys(text, op)
   local keys, why = detach.parse(text or detach.default)
   if keys then return keys end
   return nil, failure.new {
      code = "invalid_argument", op = op, message = "--detach-keys: " .. why,
   }
end

--- Pass on what is typed: true when the keys were, else after the end.
---@param input neap.program.Input
---@param keys string
---@return boolean detached
local function type_in(input, keys)
   local terminal <close> = core.descriptor(STDIN)
   local matcher = detach.matcher(keys)
   local function pass(bytes) return bytes == "" or input.write(bytes) end

   for bytes in function() return terminal and terminal:read() end do
      local passed, detached = matcher.feed(bytes)
      if not pass(passed) then return false end
      if detached then return true end
   end
   pass(matcher.finish())
   input.close()
   return false
end

---@class neap.program.Input
---@field write fun(bytes: string): true?, neap.Error?
---@field close fun()  the end of what is typed

--- Wait for an end, passing on what is typed meanwhile.
---@param wait fun(): any, neap.Error?
---@param input? neap.program.Input  nil: nothing is typed
---@param keys string
---@return any answer  what `wait` answered; "detached"
---@return neap.Error? err
function console.attend(wait, input, keys)
   if not input then return wait() end
   local over, outcome = core.condition(), nil
   local function settle(...)
      outcome = outcome or table.pack(...)
      over:notify()
   end

   local waiting = core.daemon(function() settle(wait()) end)
   local typing = core.daemon(function()
      if type_in(input, keys) then settle "detached" end
   end)
   local _ends <close> = setmetatable({}, {
      __close = function()
         waiting:cancel()
         typing:cancel()
      end,
   })
   while not outcome do over:wait() end
   return table.unpack(outcome, 1, outcome.n)
end

return console
