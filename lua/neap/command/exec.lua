--- neap exec: a process more in a running container.

local common = require "neap.program.docker.process"
local console = require "neap.program.console"
local core = require "neap.core"
local docker = require "neap.program.docker"
local env_file = require "neap.config.env_file"
local environment = require "neap.config.environment"
local failure = require "neap.error"
local follow = require "neap.program.follow"
local log = require "neap.log"
local logger = require "neap.logs.logger"
local machine = require "neap.machine"
local neap = require "neap"
local output = require "neap.program.output"
local pipes = require "neap.pipes"

local options = {
   { "-d", "--detach", help = "Leave it running, its output unread." },
   { "-i", "--interactive", help = "Give it standard input." },
   { "-t", "--tty", help = "Give it a terminal." },
   { "--detach-keys", value = "KEYS",
      help = "What leaves it running, its output unread (ctrl-p,ctrl-q)." },
}
for _, option in ipairs(common.options) do options[#options + 1] = option end

---@type neap.program.Command
local exec = {
   summary = "Run a command in a running container.",
   options = options,
   operands = {
      { "id", args = "1", help = "The container." },
      { "cmd", args = "*", help = "The command and its arguments." },
   },
   stops = true,
   usage_status = 125,
   failure_status = 125,
}

local function refuse(message)
   return nil, failure.new { code = "invalid_argument", op = "exec", message = message }
end

local function read_config(parsed)
   if not parsed.cmd[1] then return refuse "nothing to run: ID CMD... is needed" end
   local config, why = docker.config(parsed, docker.host)
   if not config then return refuse(why) end
   config.args = parsed.cmd
   return config
end

--- Read the files of variables before signals are the process's: one may be a FIFO,
--- whose writer somebody stops waiting for.
local function read_files(config)
   if not config.env_file then return config end
   local env, wrong = environment.parse(config.env or {})
   if not env then return refuse(wrong) end
   local paths, why = env_file.parse(config.env_file, { cwd = core.fs.cwd(), fs = core.fs })
   local entries = nil
   if paths then entries, why = env_file.read(paths, machine) end
   if not entries then return refuse(why) end
   config.env, config.env_file = environment.merge(entries, env), nil
   return config
end

--- Where keys may be typed, input comes through them.
local function connect(config, parsed)
   if parsed.detach then return false end
   local typed = parsed.tty and parsed.interactive
   config.stdin = typed and "pipe" or parsed.interactive and "inherit" or "null"
   config.stdout = "inherit"
   config.stderr = not parsed.tty and "inherit" or nil
   return typed
end

local function input_of(process)
   return {
      write = function(bytes) return process:write(bytes) end,
      close = function() process:close_stdin() end,
   }
end

--- It is killed and deleted, unless it was detached from.
local function removal(process)
   local keeper = { is_left = false }
   return setmetatable(keeper, {
      __close = function()
         if keeper.is_left then return end
         local removed, err = process:delete { force = true }
         if not removed and err.code ~= "not_found" then log.error("%s", err) end
      end,
   })
end

local function attend(task, config, parsed, keys)
   local typed = connect(config, parsed)
   local relay <close> = follow.signals()
   local screen <close> = parsed.tty and follow.terminal() or nil

   local process, unstarted = task:exec(config)
   if not process then return nil, docker.say(unstarted, parsed) end
   local keeper <close> = removal(process)
   relay.send_to(process)
   if screen then screen.show(process) end

   local readers <close> = follow.readers(process)
   local exit, err = console.attend(
      function() return process:wait() end, typed and input_of(process), keys
   )
   if not exit then return nil, err end
   if exit == "detached" then
      keeper.is_left = true
      return 0, nil, process
   end
   if exit.truncated and not readers.gone then output.mention_loss(exit.truncated) end
   return exit.code
end

--- It goes on, though nobody reads what it writes from now on.
local function leave(client, container, process)
   local id, names, own = process.id, pipes.of(process)
   client:close() -- which has read it until now
   if names and names.stdout then
      local pid, err = logger.discard(container, names, pipes.reader(process, names, own))
      if not pid then output.mention(("warn: %s"):format(err)) end
   end
   output.mention(("left %s of container %s running"):format(id, container.id))
end

--- Start it, and let it be.
local function detach(task, config, parsed)
   local process, err = task:exec(config)
   if not process then return nil, docker.say(err, parsed) end
   return 0
end

---@param parsed table
---@return integer? status
---@return neap.Error? err
function exec.run(parsed)
   local keys, unread = console.keys(parsed.detach_keys, "exec")
   if not keys then return nil, unread end
   local config, wrong = read_config(parsed)
   if config then config, wrong = read_files(config) end
   if not config then return nil, docker.say(wrong, parsed) end
   local ok, unfit = console.check(not parsed.detach and parsed or {}, "exec")
   if not ok then return nil, unfit end

   local client <close>, away = neap.connect {}
   if not client then return nil, away end
   local container, absent = client:load(parsed.id)
   if not container then return nil, absent end
   local task, stopped = container:task()
   if not task then return nil, stopped end
   if parsed.detach then return detach(task, config, parsed) end
   local status, err, left = attend(task, config, parsed, keys)
   if left then leave(client, container, left) end
   return status, err
end

return exec
