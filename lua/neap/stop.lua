--- Ending a process in time: a signal that it may heed, then KILL.

local core = require "neap.core"
local defaults = require "neap.defaults"
local duration = require "neap.duration"
local failure = require "neap.error"
local fields = require "neap.fields"
local labels = require "neap.labels"
local signals = require "neap.signal"

local STOP <const> = { timeout = true, signal = true }

local function refuse(process, code, why)
   return nil, failure.new {
      code = code, op = "process.stop", message = why, id = core.process_container(process).id,
   }
end

local function is_gone(err)
   return err.code == "not_found"
end

--- What the container's image, or its maker, wants; anybody may write labels.
local function signal_of(recorded)
   local named = recorded[labels.stop_signal]
   return named and signals.parse(named) or signals.parse(defaults.stop_signal)
end

local function timeout_of(recorded)
   local seconds = tonumber(recorded[labels.stop_timeout] or nil)
   return seconds and duration.parse(seconds) or defaults.stop_timeout
end

local function end_it(process, number, timeout)
   local ok, err = core.process_kill(process, number, false)
   if not ok and not is_gone(err) then return nil, err end
   local exit, late = process:wait { timeout = math.max(timeout, 0.001) }
   if exit or late.code ~= "deadline_exceeded" then return exit, late end
   ok, err = core.process_kill(process, 9, core.is_task(process))
   if not ok and not is_gone(err) then return nil, err end
   return process:wait { timeout = defaults.delete.kill_timeout }
end

--- Ask a process to end; after the time, KILL to all. Without options its record
--- says by which signal and in which time.
---@param process neap.Process
---@param options? { timeout: number?, signal: string|integer? }
---@return neap.Exit? exit
---@return neap.Error? err
return function(process, options)
   local given, unknown = fields.options("stop", 1, options, STOP)
   if not given then return refuse(process, "invalid_argument", unknown) end
   if core.process_info(process).gone then
      return refuse(process, "not_found", "the process is gone")
   end
   local recorded = core.process_container(process).labels
   local timeout, bad = duration.parse(given.timeout or timeout_of(recorded))
   if not timeout then return refuse(process, "invalid_argument", "timeout: " .. bad) end
   local number, why = signal_of(recorded), nil
   if given.signal ~= nil then number, why = signals.parse(given.signal) end
   if not number then return refuse(process, "invalid_argument", "signal: " .. why) end
   return end_it(process, number, timeout)
end
