--- Attaching to a process that an earlier client started.
--
-- Only FIFOs in a bundle of Neap's own are opened: others have readers of their
-- own, and two readers of one FIFO split its bytes.

local bundle = require "neap.bundle"
local core = require "neap.core"
local defaults = require "neap.defaults"
local failure = require "neap.error"
local fs = core.fs
local plumbing = require "neap.plumbing"
local stdio = require "neap.stdio"

local function refuse(process, code, message)
   return nil, failure.new {
      code = code, op = "process.attach", message = message,
      id = core.process_container(process).id,
   }
end

local function bundle_of(process)
   local container = core.process_container(process)
   local client = core.container_client(container)
   return bundle.path {
      root = defaults.bundle_root, engine = client:address(),
      namespace = client:namespace(), id = container.id,
   }
end

--- The process's own FIFOs, as far as they are ours.
local function names_of(process, info)
   local prefix = bundle_of(process) .. "/"
   local names = {}
   for _, name in ipairs { "stdin", "stdout", "stderr" } do
      local path = info[name]
      if path ~= "" and path ~= "/dev/null" then
         local found = path:sub(1, #prefix) == prefix and fs.lstat(path)
         if not found or found.type ~= "fifo" then
            return nil, ("%s is not a pipe of Neap's: %s"):format(name, path)
         end
         names[name] = path
      end
   end
   return names
end

--- Connect what the process has; streams that it lacks are null.
---@param process neap.Process
---@param given table
---@return true? ok
---@return neap.Error? err
return function(process, given)
   local info = core.process_info(process)
   local io, wrong = stdio.normalize(given, {
      op = "process.attach", cwd = fs.cwd(), fs = fs, terminal = info.terminal,
   })
   if not io then return nil, wrong end
   if info.gone then return refuse(process, "not_found", "the process is gone") end
   local names, foreign = names_of(process, info)
   if not names then return refuse(process, "failed_precondition", foreign) end
   for _, name in ipairs { "stdin", "stdout", "stderr" } do
      if not names[name] then io[name] = { kind = "null" } end
   end

   local state = core.state(process)
   local config, pumps = plumbing.connect(io, names, function(err)
      state.failure = state.failure or err
   end)
   config.adopt = true
   local ok, err = core.process_attach(process, config)
   if not ok then return nil, err end
   for name, index in pairs { stdin = 0, stdout = 1, stderr = 2 } do
      if io[name].kind == "pipe" then state[name] = core.process_stream(process, index) end
   end
   plumbing.start(process, pumps)
   return true
end
