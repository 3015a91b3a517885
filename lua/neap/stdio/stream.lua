--- An end that is a stream of another process.

local stream = {}

---@param value any
---@return boolean
function stream.is_stream(value)
   local mt = type(value) == "userdata" and getmetatable(value)
   return mt and mt.__name == "neap.stream" or false
end

--- It is to be of the other direction.
---@param name string
---@param other neap.Stream
---@return neap.stdio.End? made
---@return string? why
function stream.as_end(name, other)
   local is_input = name == "stdin"
   if other:is_output() ~= is_input then
      return nil, ("%s: the stream is another process's %s (give its %s)"):format(
         name, is_input and "input" or "output", is_input and "output" or "input")
   end
   if other:is_closed() and not is_input then
      return nil, ("%s: the other process's input is closed"):format(name)
   end
   return { kind = "stream", stream = other }
end

return stream
