--- Consumers of output that are Lua's: what a pump gives each chunk to.

local core = require "neap.core"

---@class neap.stdio.Consumer
---@field write async fun(bytes: string)  raises what is wrong
---@field finish async fun()

local function check(ok, err)
   if ok == nil and err ~= nil then error(err, 0) end
end

local function open_to_write(path, options)
   local ok, err = core.path.touch(path, options.mode or 384) -- 0600
   if not ok then return nil, err end
   local file, why = io.open(path, options.append and "ab" or "wb")
   if not file then return nil, why end
   return {
      size = file:seek "end",
      write = function(_, bytes)
         local written, problem = file:write(bytes)
         if not written then return nil, problem end
         return file:flush()
      end,
      close = function() return file:close() end,
   }
end

local files = { open = open_to_write, rename = os.rename }

local function of_sink(sink, path)
   if path then check(sink:open(files)) end
   return {
      write = function(bytes) check(sink:write(bytes)) end,
      finish = function() check(sink:finish()) end,
   }
end

local function of_function(fn)
   return { write = function(bytes) fn(bytes) end, finish = function() fn(nil) end }
end

--- Open the consumer of an end; raises where it cannot be.
---@param e neap.stdio.End  a "function" or a "sink"
---@return neap.stdio.Consumer
return function(e)
   if e.kind == "sink" then return of_sink(e.sink, e.path) end
   return of_function(e.fn)
end
