--- What a start is sent besides the command: names for its pipes, whose they are
--- and who reads them, and the runtime's options.

local bundle = require "neap.bundle"
local bundles = require "neap.bundles"
local choose = require "neap.platform.choose"
local core = require "neap.core"
local failure = require "neap.error"
local fs = core.fs
local ids = require "neap.id"
local labels = require "neap.labels"
local log = require "neap.log"
local making = require "neap.making"
local plumbing = require "neap.plumbing"
local stdio = require "neap.stdio"

local wiring = {}

--- The directory for FIFOs: ours, made again where it has gone (a reboot empties
--- /run); docker's where only that is recorded. Our own label alone proves nothing.
local function bundle_of(container, spec, op)
   local own = bundles.own(container)
   if own then return own end
   local recorded = container.labels
   local docker = recorded[labels.bundle] == nil and bundle.find(recorded)
   if docker and fs.lstat(docker) then return docker end
   local client = core.container_client(container)
   local made, err = making.bundle(client, container, spec, op)
   return made and made.path, err
end

local function wants_pipes(io)
   for name in pairs(stdio.fields) do
      if io[name].kind ~= "null" then return true end
   end
   return false
end

--- Windows has no FIFOs; the server's side of its pipes exists there only.
local function refuse_pipes(decide, container, io, exec_id, op)
   local names = decide.stdio_names {
      container = container.id, process = exec_id, stdin = true, terminal = io.terminal,
   }
   local wanted
   for _, name in ipairs { "stdin", "stdout", "stderr" } do
      if not wanted and io[name].kind ~= "null" then wanted = names[name] end
   end
   return nil, failure.new { code = "unimplemented", op = op, id = container.id,
      message = ("%s: pipes of Windows cannot be opened here (give \"null\")"):format(wanted) }
end

--- Names for the pipes, and what the core is to know about them.
local function pipes_of(container, spec, io, exec_id)
   if not wants_pipes(io) then return {}, {} end
   local op = exec_id and "task.exec" or "container.start"
   local decide, platform = choose(container.runtime)
   if platform == "windows" then return refuse_pipes(decide, container, io, exec_id, op) end
   local path, unmade = bundle_of(container, spec, op)
   if not path then return nil, unmade end
   local names = decide.stdio_names {
      container = container.id, process = exec_id, bundle = path, start = ids.random(4),
      stdin = io.stdin.kind ~= "null", terminal = io.terminal,
   }
   local uid, gid = decide.spec_user(spec)
   local place = { uid = uid, gid = gid, bundle = path }
   if io.stdout.kind ~= "log" then -- else the logger has a lock
      place.reader, place.reader_is_file = bundle.reader(path, exec_id and names.stdout or nil)
   end
   return names, place
end

--- The streams of a start as the core takes them, and the pumps they need.
---@param container neap.Container
---@param spec table  the container's
---@param io neap.Stdio
---@param exec_id? string
---@param failed fun(err: any)  told what a consumer raises
---@return table? config
---@return neap.Pump[]|neap.Error pumps
function wiring.connect(container, spec, io, exec_id, failed)
   local names, place = pipes_of(container, spec, io, exec_id)
   if not names then return nil, place end
   local config, pumps = plumbing.connect(io, names, failed)
   for name, value in pairs(place) do config[name] = value end
   return config, pumps
end

--- Options of the task, where the container's will not do.
---@param container neap.Container
---@param spec table
---@return { type_url: string, value: string }? any
function wiring.options(container, spec)
   local decide = choose(container.runtime)
   local uid, gid = decide.spec_user(spec)
   local any = container.runtime_options
   local own = any and { type_url = any.type_url, value = core.decode(any.type_url, any.value) }
   local made = decide.task_options { runtime = container.runtime, options = own,
      uid = uid, gid = gid, log_level = log.level() }
   if not made then return nil end
   return { type_url = made.type_url, value = assert(core.encode(made.type_url, made.value)) }
end

return wiring
