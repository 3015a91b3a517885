--- Starting or adopting: what is checked and claimed before, and what the new
--- engine is told.

local core = require "neap.core"

local layout = require "neap.engine.layout"
local options = require "neap.engine.options"
local place = require "neap.engine.place"
local program = require "neap.engine.program"
local status = require "neap.engine.status"

local LOG_LEVEL <const> = "warn" -- a log that says little stays small
local LOG_LIMIT <const>, LOG_KEEP <const> = 4 << 20, 256 << 10
local NOFILE <const> = 1048576 -- containers inherit it

--- For the engine that answers: it is not going to be executed.
local NO_PROGRAM <const> = { argv = { "/nonexistent/containerd" }, env = {}, launcher = false }

-- Only a new engine needs the programs and the room.
local function find_program(dir, given, places)
   local runs = core.engine.identify(places.address, status.NAME) ~= nil
   if not runs then
      local ok, err = place.check_mount(dir)
      if not ok then return nil, err end
   end
   local search = given.path or program.search(os.getenv "PATH")
   local command, err = program.command(places, search, NOFILE)
   return command or runs and NO_PROGRAM or nil, err
end

-- containerd appends to its log for as long as it runs; whoever starts or adopts
-- it keeps that small.
local function launch(places, command, given)
   local ok, err = core.path.trim(places.log, LOG_LIMIT, LOG_KEEP)
   if not ok then return nil, err end

   local config = status.request(places)
   config.log = places.log
   config.config_path = places.config
   config.config_text = layout.config(places, {
      log = given.log or LOG_LEVEL, metrics = given.metrics,
   })
   config.argv, config.env, config.launcher = command.argv, command.env, command.launcher
   config.nofile = NOFILE
   return core.engine.start(config)
end

--- Start the engine under `dir`, or adopt the one that runs there.
---@param given? neap.engine.Options
---@return neap.engine.Status? status
---@return table? err
local function start(given)
   local dir, run = options.check("engine.start", given)
   given = given or {}
   if not dir then return nil, run end
   local ok, err = options.check_user "engine.start"
   if not ok then return nil, err end

   local command, places
   command, err = find_program(dir, given, options.places(dir, run))
   if not command then return nil, err end
   places, err = place.claim(dir, run)
   if not places then return nil, err end

   local peer, started = launch(places, command, given)
   if not peer then
      err = started
      err.id = err.id or places.dir
      return nil, err
   end
   local found = status.describe(places, peer)
   found.started = started
   return found
end

return start
