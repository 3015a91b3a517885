--- Who hears which signal. What is heard is handled in a fiber of its own.

local failure = require "neap.error"
local signal = require "neap.signal"

local is_program, host = pcall(require, "neap.host")

local signals = {}

local UNHEARD <const> = { KILL = true, STOP = true }

local handlers = {} ---@type table<integer, fun(name: string)>
local default = {} ---@type table<integer, fun(number: integer)>

--- Hear `number` with `handler`; nil: what the program does by itself.
---@param number integer
---@param handler? fun(name: string)
---@return (fun(name: string))? former
function signals.set(number, handler)
   local former = handlers[number]

   handlers[number] = handler
   if handler then
      host.listen(number, false)
   elseif default[number] then
      host.listen(number, true)
   elseif former then
      host.ignore(number)
   end
   return former
end

--- neap.on_signal: run `fn(name)` when the program is sent `name`; without `fn`,
--- do again what happened before.
---@param name string|integer
---@param fn? fun(name: string)
---@return true? ok
---@return neap.Error? err
function signals.on_signal(name, fn)
   if not is_program then error("neap.on_signal: only the program neap hears signals", 2) end
   if fn ~= nil and type(fn) ~= "function" then
      error(("bad argument #2 to 'on_signal' (function expected, got %s)"):format(type(fn)), 2)
   end
   if type(name) ~= "string" and type(name) ~= "number" then
      error(("bad argument #1 to 'on_signal' (signal expected, got %s)"):format(type(name)), 2)
   end

   local number, why = signal.parse(name)
   if number and UNHEARD[signal.name(number)] then
      number, why = nil, signal.name(number) .. " cannot be heard by anybody"
   end
   if not number then
      return nil, failure.new { code = "invalid_argument", op = "on_signal", message = why }
   end
   signals.set(number, fn)
   return true
end

--- End the program's life with these, unless a script hears them. The second of
--- them ends it at once, whatever runs.
---@param names string[]
---@param fn fun(number: integer)
function signals.set_default(names, fn)
   for _, name in ipairs(names) do
      local number = signal.parse(name)
      default[number] = fn
      host.listen(number, true)
   end
end

--- Deliver signals for ever; for a fiber that does not hold the program.
---@param spawn fun(fn: function, ...): any
function signals.serve(spawn)
   while true do
      local number = host.signal()
      if handlers[number] then
         spawn(handlers[number], signal.name(number))
      elseif default[number] then
         default[number](number)
      end
   end
end

return signals
