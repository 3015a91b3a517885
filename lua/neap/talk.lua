--- What a process answers for its streams: read is standard output's, write is
--- standard input's.

local core = require "neap.core"
local failure = require "neap.error"

local talk = {}

--- A stream of a process that is a pipe.
---@param process neap.Process
---@param name "stdin"|"stdout"|"stderr"
---@return neap.Stream? stream
---@return neap.Error? err
function talk.stream(process, name)
   local stream = core.state(process)[name]
   if stream then return stream end
   return nil, failure.new {
      code = "failed_precondition", op = "process." .. name,
      id = core.process_container(process).id,
      message = ('%s is no pipe (start it with %s="pipe")'):format(name, name),
   }
end

--- What tasks and execs have of this.
talk.methods = {}

function talk.methods:read(...)
   local stream, err = talk.stream(self, "stdout")
   if not stream then return nil, err end
   return stream:read(...)
end

function talk.methods:lines(...)
   local stream, err = talk.stream(self, "stdout")
   if not stream then error(err, 2) end
   return stream:lines(...)
end

function talk.methods:expect(...)
   local stream, err = talk.stream(self, "stdout")
   if not stream then return nil, err end
   return stream:expect(...)
end

function talk.methods:write(...)
   local stream, err = talk.stream(self, "stdin")
   if not stream then return nil, err end
   return stream:write(...)
end

function talk.methods:close_stdin()
   local stream, err = talk.stream(self, "stdin")
   if not stream then return nil, err end
   return stream:close()
end

return talk
