--- neap run: a command in a new container.

local console = require "neap.program.console"
local consumers = require "neap.logs.consumers"
local docker = require "neap.program.docker"
local escape = require "neap.escape"
local failure = require "neap.error"
local follow = require "neap.program.follow"
local log = require "neap.log"
local logopts = require "neap.program.logopts"
local neap = require "neap"
local output = require "neap.program.output"
local settings = require "neap.settings"
local signal = require "neap.signal"

local UNREAD_STATUS <const> = 128 + signal.parse "PIPE"

local own_options = {
   { "-d", "--detach", help = "Print the id and leave it running; implies --keep." },
   { "--keep", help = "Leave the container when it has ended." },
   { "--rm", help = "Remove it when it has ended, which is the default." },
   { "-i", "--interactive", help = "Give it standard input." },
   { "-t", "--tty", help = "Give it a terminal." },
   { "--detach-keys", value = "KEYS", help = "What leaves the terminal (ctrl-p,ctrl-q)." },
   { "--dry-run", help = "Show the spec and the calls that would be sent, and send none." },
   table.unpack(logopts.options),
}

---@type neap.program.Command
local run = {
   summary = "Run a command in a new container, and remove it when it has ended.",
   options = table.move(docker.options, 1, #docker.options, #own_options + 1, own_options),
   operands = { { "cmd", args = "*", help = "The command and its arguments." } },
   stops = true,
   usage_status = 125,
   failure_status = 125,
}

local function refuse(code, message)
   return nil, failure.new { code = code, op = "run", message = message }
end

--- Whatever looks at its terminal first finds it as large as ours.
local function add_size(config)
   local columns, rows = follow.size()
   if columns then config.console_size = { width = columns, height = rows } end
end

--- A terminal has a logger, with or without a log: others may attach, and it may be
--- left.
local function add_log(config, parsed)
   local made, why = logopts.config(parsed.log_driver, parsed.log_opt)
   if why then return refuse("invalid_argument", why) end
   if made and not made.driver then made.driver = "json-file" end
   config.log = made or parsed.detach and "json-file" or parsed.tty and "none" or nil
   return config
end

--- The config that the options mean.
---@param parsed table
---@return neap.Config? config
---@return neap.Error? err
function run.config(parsed)
   if not parsed.rootfs and not parsed.cmd[1] then
      return refuse("invalid_argument", "nothing to run: --rootfs DIR CMD... is needed")
   end
   if not parsed.rootfs then
      return refuse("unimplemented", ("images cannot be run yet (%s): use --rootfs DIR"):format(
         escape.show(parsed.cmd[1])))
   end
   if parsed.rm and parsed.keep then
      return refuse("invalid_argument", "--rm and --keep exclude each other")
   end

   local config, why = docker.config(parsed, docker.host)
   if not config then return refuse("invalid_argument", why) end
   config.args = parsed.cmd
   if parsed.tty and not parsed.detach then add_size(config) end
   return add_log(config, parsed)
end

local function streams(parsed, is_logged)
   local output_end = is_logged and { "log", "inherit" } or "inherit"
   return {
      stdin = parsed.interactive and (parsed.tty and "pipe" or "inherit") or "null",
      stdout = output_end,
      stderr = not parsed.tty and output_end or nil,
   }
end

local function input_of(task)
   return {
      write = function(bytes) return task:write(bytes) end,
      close = function() task:close_stdin() end,
   }
end

--- Start it, and wait for its end, passing on what the program is told
--- meanwhile: the first output may come before start has returned.
local function attend(container, parsed, config, keys)
   local relay <close> = follow.signals()
   local screen <close> = parsed.tty and follow.terminal(true) or nil

   local task, unstarted = container:start(streams(parsed, config.log ~= nil))
   if not task then return nil, unstarted end
   relay.send_to(task)
   if screen then screen.show(task) end

   local readers <close> = follow.readers(task)
   local exit, err = console.attend(
      function() return task:wait() end, task.stdin and input_of(task), keys
   )
   if consumers.is_unread(err) then return UNREAD_STATUS end
   if not exit then return nil, err end
   if exit == "detached" then return 0, nil, true end
   if exit.truncated and not readers.gone then output.mention_loss(exit.truncated) end
   return exit.code
end

--- Start it, and let it be.
local function detach(container, parsed)
   local task, err = container:start { stdin = parsed.interactive and "attach" or nil }
   if not task then return nil, err end
   output.write(container.id, "\n")
   return 0
end

--- Remove the container, unless it ran and is to be kept.
local function removal(container, parsed)
   local keeper = { is_kept = false }
   return setmetatable(keeper, {
      __close = function()
         if keeper.was_left or keeper.is_kept and (parsed.keep or parsed.detach) then return end
         local removed, err = container:delete { force = true }
         if not removed then log.error("%s", err) end
      end,
   })
end

--- Show what would be done, and do nothing.
local function rehearse(parsed)
   local config, wrong = run.config(parsed)
   if not config then return nil, wrong end
   local rehearsal = require "neap.program.rehearsal"
   local planned, refused = rehearsal.plan(config)
   if not planned then return nil, docker.say(refused, parsed) end
   local calls, unpacked = rehearsal.calls(planned, parsed)
   if not calls then return nil, unpacked end
   output.write(rehearsal[settings.json and "json" or "text"](planned, calls))
   return 0
end

---@param parsed table
---@return integer? status
---@return neap.Error? err
function run.run(parsed)
   if parsed.dry_run then return rehearse(parsed) end
   local ok, unfit = console.check(not parsed.detach and parsed or {}, "run")
   if not ok then return nil, unfit end
   local keys, unread = console.keys(parsed.detach_keys, "run")
   if not keys then return nil, unread end
   local config, wrong = run.config(parsed)
   if not config then return nil, wrong end

   local client <close>, away = neap.connect {}
   if not client then return nil, away end
   local container, refused = client:create(config)
   if not container then return nil, docker.say(refused, parsed) end

   local keeper <close> = removal(container, parsed)
   local status, err, was_left = (parsed.detach and detach or attend)(
      container, parsed, config, keys
   )
   keeper.is_kept, keeper.was_left = status ~= nil, was_left
   if was_left then output.mention(("left container %s running"):format(container.id)) end
   return status, err
end

return run
