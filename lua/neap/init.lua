--- What `require "neap"` gives.
--
-- Fibers and errors are there at once; what only some scripts use is loaded when
-- it is first touched.

local core = require "neap.core"
local fiber = require "neap.fiber"

require "neap.client"

---@class neap
local neap = {
   connect = require "neap.connect",
   loop = fiber.loop,
   spawn = fiber.spawn,
   all = fiber.all,
   race = fiber.race,
   map = fiber.map,
   timeout = fiber.timeout,
   scope = fiber.scope,
   sleep = fiber.sleep,
   now = fiber.now,
   wrap = fiber.wrap,
}

-- Where nobody joins a failing fiber, the log tells; a program says it itself.
core.on_unjoined(function(err) require("neap.log").error("%s", tostring(err)) end)

local LATE <const> = {
   json = function() return core.json end,
   log = function() return require "neap.log" end,
   sink = function() return require "neap.sink" end,
   source = function() return require "neap.source" end,
   pipe = function() return require "neap.pipe" end,
   engine = function() return require "neap.engine" end,
   version = function() return require "neap.version" end,
   policy = function() return require("neap.policy").add end,
   platform = function()
      return { linux = require "neap.platform.linux", windows = require "neap.platform.windows" }
   end,
   on_signal = function() return require "neap.program.signals".on_signal end,
}

return setmetatable(neap, {
   __index = function(self, name)
      local load = LATE[name]
      if not load then return nil end
      local value = load()
      rawset(self, name, value)
      return value
   end,
})
