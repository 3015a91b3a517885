--- The FIFOs of a process that an earlier client made: found by what containerd
--- says, used only where they lie in a bundle of Neap's own.

local bundle = require "neap.bundle"
local bundles = require "neap.bundles"
local core = require "neap.core"
local fs = core.fs

local pipes = {}

local STREAMS <const> = { "stdin", "stdout", "stderr" }

--- The process's FIFOs by stream; the bundle they lie in.
---@param process neap.Process
---@return table<string, string>? names  empty where every stream is null
---@return string? bundle_or_why
function pipes.of(process)
   local info = core.process_info(process)
   local names, own, why = {}, nil, nil
   for _, name in ipairs(STREAMS) do
      local path = info[name]
      if path ~= "" and path ~= "/dev/null" then
         if not own then own, why = bundles.own(core.process_container(process)) end
         if not own then return nil, why end
         local found = path:sub(1, #own + 1) == own .. "/" and fs.lstat(path)
         if not found or found.type ~= "fifo" then
            return nil, ("%s is not a pipe of Neap's: %s"):format(name, path)
         end
         names[name] = path
      end
   end
   return names, own
end

--- What is locked by who reads them; nil where there is nothing to read.
---@param process neap.Process
---@param names table<string, string>
---@param own string
---@return string? path
---@return boolean? is_file
function pipes.reader(process, names, own)
   local fifo = names.stdout or names.stderr or names.stdin
   if not fifo then return nil end
   return bundle.reader(own, not core.is_task(process) and fifo or nil)
end

--- Remove what a process left that was deleted: its pipes, where nobody was
--- attached, and the place for them in a record of another's.
---@param process neap.Process
function pipes.remove(process)
   local names, own = pipes.of(process)
   if not names or not next(names) then
      return bundles.release(core.process_container(process))
   end
   for _, path in pairs(names) do fs.unlink(path) end
   local reader, is_file = pipes.reader(process, names, own)
   if not is_file then reader = bundle.logger(own) end
   if not fs.is_read(reader) then fs.unlink(reader) end -- else it is the next start's
   bundles.release(core.process_container(process))
end

return pipes
