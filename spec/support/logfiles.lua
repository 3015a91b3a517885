--- A directory of log files, x.log and what was rotated away, for neap.logs.reader.
--- `before_each(logfiles.make)` and `after_each(logfiles.remove)` keep it clean.

local lfs = require "lfs"
local reader = require "neap.logs.reader"

local dir = os.tmpname()
os.remove(dir)
local path = dir .. "/x.log"

local logfiles = { dir = dir, path = path }

function logfiles.make() assert(lfs.mkdir(dir)) end

function logfiles.remove() os.execute("rm -rf " .. dir) end

function logfiles.write(name, text, mode)
   local file <close> = assert(io.open(dir .. "/" .. name, mode or "wb"))
   file:write(text)
end

function logfiles.append(text) logfiles.write("x.log", text, "ab") end

function logfiles.gzip(name, comment)
   assert(os.execute(("gzip -n %s/%s"):format(dir, name)))
   if not comment then return end
   -- A header with a comment: flag 16, and the text after the ten bytes.
   local file = assert(io.open(("%s/%s.gz"):format(dir, name), "rb"))
   local bytes = file:read "a"
   file:close()
   logfiles.write(name .. ".gz", bytes:sub(1, 3) .. "\16" .. bytes:sub(5, 10) .. comment .. "\0"
      .. bytes:sub(11))
end

--- Lines of a json-file log: numbers of lines, a second apart from 1000.
function logfiles.json(from, to, stream)
   local list = {}
   for i = from, to do
      list[#list + 1] = ('{"log":"%d\\n","stream":"%s","time":"1970-01-01T00:%02d:%02d.5Z"}\n')
         :format(i, stream or "stdout", i // 60, i % 60)
   end
   return table.concat(list)
end

function logfiles.raw(from, to)
   local list = {}
   for i = from, to do list[#list + 1] = i .. "\n" end
   return table.concat(list)
end

function logfiles.rotate(last)
   for n = last, 1, -1 do
      for _, suffix in ipairs { "", ".gz" } do
         os.rename(path .. "." .. n .. suffix, path .. "." .. n + 1 .. suffix)
      end
   end
   assert(os.rename(path, path .. ".1"))
end

function logfiles.open(asked)
   asked.path, asked.driver = path, asked.driver or "json-file"
   return reader.open(asked)
end

function logfiles.read(asked)
   local opened, list = logfiles.open(asked), {}
   for found in opened.next do list[#list + 1] = found.line end
   opened.close()
   return table.concat(list, " ")
end

function logfiles.numbers(from, to)
   local list = {}
   for i = from, to do list[#list + 1] = i end
   return table.concat(list, " ")
end

return logfiles
