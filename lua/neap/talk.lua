--- What a process answers for its streams: read is standard output's, write is
--- standard input's.

local core = require "neap.core"
local failure = require "neap.error"

local talk = {}

local function stream_of(process, name)
   return core.state(process)[name]
end

local function needed(process, name)
   local stream = stream_of(process, name)
   if stream then return stream end
   return nil, failure.new {
      code = "failed_precondition", op = "process." .. name,
      id = core.process_container(process).id,
      message = ('%s is no pipe (start it with %s="pipe")'):format(name, name),
   }
end

function talk:read(...)
   local stream, err = needed(self, "stdout")
   if not stream then return nil, err end
   return stream:read(...)
end

function talk:lines(...)
   local stream, err = needed(self, "stdout")
   if not stream then error(err, 2) end
   return stream:lines(...)
end

function talk:expect(...)
   local stream, err = needed(self, "stdout")
   if not stream then return nil, err end
   return stream:expect(...)
end

function talk:write(...)
   local stream, err = needed(self, "stdin")
   if not stream then return nil, err end
   return stream:write(...)
end

function talk:close_stdin()
   local stream, err = needed(self, "stdin")
   if not stream then return nil, err end
   return stream:close()
end

return talk
