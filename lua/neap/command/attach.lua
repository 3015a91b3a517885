--- neap attach: a running container's output here, and what is typed there.

local console = require "neap.program.console"
local consumers = require "neap.logs.consumers"
local core = require "neap.core"
local defaults = require "neap.defaults"
local failure = require "neap.error"
local follow = require "neap.program.follow"
local host = require "neap.host"
local neap = require "neap"
local output = require "neap.program.output"
local signal = require "neap.signal"
local watching = require "neap.logs.watching"

---@type neap.program.Command
local attach = {
   summary = "Show a running container's output, and give it what is typed.",
   options = {
      { "--no-stdin", help = "Give it nothing." },
      { "--detach-keys", value = "KEYS", help = "What leaves it running (ctrl-p,ctrl-q)." },
   },
   operands = { { "id", args = "1", help = "The container." } },
   usage_status = 2,
}

local function refuse(id, message)
   return nil, failure.new { code = "failed_precondition", op = "attach", id = id,
      message = message }
end

--- The task, where it runs.
local function find(client, id)
   local container, absent = client:load(id)
   if not container then return nil, absent end
   local task, none = container:task()
   if not task and none.code ~= "not_found" then return nil, none end
   if not task or task:status() == "stopped" then
      return refuse(id, ("container %q does not run"):format(id))
   end
   return task
end

--- What is typed. Others may type, too, so its end is nothing to the task; that of a
--- terminal in raw mode is its hang-up.
local function input_of(task, hung_up)
   return {
      write = function(bytes) return task:write(bytes) end,
      close = hung_up or function() end,
   }
end

--- What leaves the container running: it may be asked for before anybody waits.
local function departure()
   local asked, is_asked = core.condition(), false
   return {
      ask = function()
         is_asked = true
         asked:notify()
      end,
      wait = function()
         while not is_asked do asked:wait() end
      end,
   }
end

--- Is a signal the second that would end a program? What ignores the first would have to
--- be attached to for ever.
local function insistence(leave)
   local last
   return function(number)
      if number ~= signal.parse "INT" and number ~= signal.parse "TERM" then return false end
      local former = last
      last = core.now()
      if not former or last - former > defaults.leave_within then return false end
      leave()
      return true
   end
end

--- Wait for its end, or until its output cannot be shown any more.
local function wait(task, leaving)
   local fibers <close> = setmetatable({
      exit = core.daemon(function() return task:wait() end),
      loss = core.daemon(function() return watching.loss(task) end),
      leave = core.daemon(leaving.wait),
   }, { __close = function(all) for _, fiber in pairs(all) do fiber:cancel() end end })
   local first = core.first(fibers)
   local why = first == "loss" and watching.loss(task)
   if first == "leave" or consumers.is_unread(why) then return "left" end
   if why then return nil, why end
   return fibers.exit:join()
end

--- What has no logger has one reader.
local function advise(err)
   if err.errno == "EBUSY" then
      err.message = err.message ..
         " (it was started without a log: use run -d, run -it or run --log-driver)"
   end
   return err
end

local function attend(task, parsed, keys)
   local info = core.process_info(task)
   local takes = not parsed.no_stdin and info.stdin ~= "" and info.stdin ~= "/dev/null"
   local is_screen = info.terminal and takes and host.is_terminal(0)
   local leaving = departure()
   local relay <close> = follow.signals(insistence(leaving.ask))
   local screen <close> = is_screen and follow.terminal() or nil

   local ok, err = task:attach {
      stdin = takes and "pipe" or nil, stdout = "inherit",
      stderr = not info.terminal and "inherit" or nil,
   }
   if not ok then return nil, advise(err) end
   relay.send_to(task)
   if screen then screen.show(task) end

   local has_keys = info.terminal or parsed.detach_keys ~= nil
   local exit, lost = console.attend(
      function() return wait(task, leaving) end,
      takes and input_of(task, screen and leaving.ask) or nil,
      has_keys and keys or ""
   )
   if not exit then return nil, lost end
   if exit == "detached" or exit == "left" then return 0, nil, true end
   if exit.truncated then output.mention_loss(exit.truncated) end
   return exit.code
end

---@param parsed table
---@return integer? status
---@return neap.Error? err
function attach.run(parsed)
   local keys, unread = console.keys(parsed.detach_keys, "attach")
   if not keys then return nil, unread end
   local client <close>, away = neap.connect {}
   if not client then return nil, away end
   local task, absent = find(client, parsed.id)
   if not task then return nil, absent end
   local status, err, was_left = attend(task, parsed, keys)
   if was_left then output.mention(("left container %s running"):format(parsed.id)) end
   return status, err
end

return attach
