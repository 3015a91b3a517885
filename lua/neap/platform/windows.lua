--- What a container is like on Windows. `neap.platform.linux` has the same names.

local bundle = require "neap.bundle"
local copy = require "neap.copy"
local labels = require "neap.labels"
local loglevel = require "neap.loglevel"

local windows = {}

local RUNTIME <const> = "io.containerd.runhcs.v1"
local OPTIONS <const> = "containerd.runhcs.v1.Options"

--- Name the pipes of a process. What is not wanted is nil.
---@param wanted neap.platform.StdioNames
---@return { stdin: string?, stdout: string, stderr: string? }
function windows.stdio_names(wanted)
   local process = wanted.process or wanted.container
   local function name(stream)
      return ([[\\.\pipe\containerd-%s-%s-%s]]):format(wanted.container, process, stream)
   end
   return {
      stdin = wanted.stdin and name "stdin" or nil,
      stdout = name "stdout",
      stderr = not wanted.terminal and name "stderr" or nil,
   }
end

--- There are no user namespaces.
---@return integer uid
---@return integer gid
function windows.spec_user()
   return 0, 0
end

local PUBLIC <const> = 493 -- 0755

--- Decide where a container's bundle goes: one directory, made with its parents.
---@param wanted neap.platform.Bundle
---@return { path: string, labels: table, steps: neap.platform.Step[] }
function windows.bundle(wanted)
   local path = bundle.path(wanted)
   return {
      path = path,
      labels = { [labels.bundle] = path },
      steps = { { path = path, mode = PUBLIC, uid = 0, gid = 0, make = true } },
   }
end

--- The shim writes a debug log exactly where Neap itself runs at level debug.
---@param wanted neap.platform.TaskOptions
---@return { type_url: string, value: table }? any  nil: the container's will do
function windows.task_options(wanted)
   local is_hcs = wanted.runtime == nil or wanted.runtime == RUNTIME
   local options = wanted.options
   if not is_hcs or not loglevel.shim_debug(wanted.log_level) then return nil end
   if options and options.type_url ~= OPTIONS then return nil end

   local value = copy.deep(options and options.value or {})
   value.debug = true
   return { type_url = OPTIONS, value = value }
end

--- Limits of a running container do not change; asking for it succeeds.
---@return nil
function windows.update()
   return nil
end

--- Rows about a task's processes; see neap.summary.
---@param info neap.summary.Info
---@return table[]? rows
---@return neap.Error? err
function windows.summary(info)
   return require "neap.summary".windows(info)
end

return windows
