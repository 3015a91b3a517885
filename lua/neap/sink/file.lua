--- A file that output is written to, with a bound on its size.
--
-- How files are opened and renamed comes in with `open`: Lua's own io library
-- knows nothing of modes.

local failure = require "neap.error"
local fields = require "neap.fields"
local size = require "neap.size"

local file = {}

---@class neap.sink.Files
---@field open fun(path: string, options: neap.sink.Opening): neap.sink.Handle?, neap.Error?
---@field rename fun(from: string, to: string): true?, neap.Error?

---@class neap.sink.Opening
---@field append boolean
---@field mode integer

---@class neap.sink.Handle
---@field size integer  what the file holds when it is opened
---@field write fun(self, bytes: string): true?, neap.Error?
---@field close fun(self)

local MODE <const> = 384 -- 0600

--- Does what follows belong into a new file?
---@param held integer
---@param incoming integer
---@param max_size? integer
---@return boolean
function file.is_full(held, incoming, max_size)
   return max_size ~= nil and held > 0 and held + incoming > max_size
end

--- Make a file sink; `open(files)` must come before the first write.
---@param path string
---@param options neap.sink.FileOptions
---@return table? object
---@return string? why  what is wrong with the options
function file.new(path, options)
   local ok, unknown = fields.check(options, { append = true, max_size = true })
   if not ok then return nil, "sink.file: " .. unknown end
   local max_size, why
   if options.max_size ~= nil then
      max_size, why = size.parse(options.max_size)
      if not max_size then return nil, "sink.file: max_size: " .. why end
   end

   local object = { path = path, append = options.append ~= false, max_size = max_size }
   local files, handle, held

   local function open(append)
      local err
      handle, err = files.open(object.path, { append = append, mode = MODE })
      if not handle then return nil, err end
      held = append and handle.size or 0
      return true
   end

   local function rotate()
      handle:close()
      handle = nil
      local renamed, err = files.rename(object.path, object.path .. ".1")
      if not renamed then return nil, err end
      return open(false)
   end

   --- `where`: the absolute path, where the one given was relative.
   function object.open(_, with, where)
      files, object.path = with, where or object.path
      return open(object.append)
   end

   local function put(bytes)
      if file.is_full(held, #bytes, max_size) then
         local rotated, err = rotate()
         if not rotated then return nil, err end
      end
      local written, err = handle:write(bytes)
      if not written then return nil, err end
      held = held + #bytes
      return true
   end

   --- A chunk larger than a whole file may be comes in pieces.
   function object.write(_, bytes)
      if not handle then
         return nil, failure.new {
            code = "failed_precondition", op = "sink.write", message = "the file is not open",
         }
      end
      local step = math.max(max_size or #bytes, 1)
      for at = 1, #bytes, step do
         local put_all, err = put(bytes:sub(at, at + step - 1))
         if not put_all then return nil, err end
      end
      return true
   end

   function object.finish()
      if handle then handle:close() end
      handle = nil
      return true
   end

   return object
end

return file
