--- neap attach: a running container's output here, and what is typed there.

local console = require "neap.program.console"
local core = require "neap.core"
local failure = require "neap.error"
local follow = require "neap.program.follow"
local host = require "neap.host"
local log = require "neap.log"
local neap = require "neap"
local output = require "neap.program.output"

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

local function input_of(task)
   return {
      write = function(bytes) return task:write(bytes) end,
      close = function() end, -- others may type, too
   }
end

local function attend(task, parsed, keys)
   local info = core.process_info(task)
   local takes = not parsed.no_stdin and info.stdin ~= "" and info.stdin ~= "/dev/null"
   local is_screen = info.terminal and takes and host.is_terminal(0)
   local relay <close> = follow.signals()
   local screen <close> = is_screen and follow.terminal() or nil

   local ok, err = task:attach {
      stdin = takes and "pipe" or nil, stdout = "inherit",
      stderr = not info.terminal and "inherit" or nil,
   }
   if not ok then return nil, err end
   relay.send_to(task)
   if screen then screen.show(task) end

   local has_keys = info.terminal or parsed.detach_keys ~= nil
   local exit, lost = console.attend(
      function() return task:wait() end, takes and input_of(task) or nil, has_keys and keys or ""
   )
   if not exit then return nil, lost end
   if exit == "detached" then return 0, nil, true end
   if exit.truncated then log.warn("output is missing: %s", exit.truncated) end
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
   if was_left then output.complain(("left container %s running"):format(parsed.id)) end
   return status, err
end

return attach
