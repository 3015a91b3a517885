local core = require "neap.core"
local fs = core.fs
local lfs = require "lfs"
local logfiles = require "support.logfiles"

local dir, path = logfiles.dir, logfiles.path
local write, rotate, gzip = logfiles.write, logfiles.rotate, logfiles.gzip
local json, numbers = logfiles.json, logfiles.numbers
local open, read = logfiles.open, logfiles.read

before_each(logfiles.make)
after_each(logfiles.remove)

describe("neap.logs.reader of more files than are held open", function()
   local real = io.open
   after_each(function() io.open = real end) -- luacheck: ignore 122

   --- Files of two lines each, every third of them compressed.
   local function make(count)
      for n = count - 1, 1, -1 do
         local at = 2 * (count - n)
         write("x.log." .. n, json(at - 1, at))
         if n % 3 == 0 then gzip("x.log." .. n) end
      end
      write("x.log", json(2 * count - 1, 2 * count))
   end

   local function opened_files()
      local count = 0
      for _, fd in ipairs(fs.list "/proc/self/fd") do
         local target = lfs.symlinkattributes("/proc/self/fd/" .. fd, "target")
         if target and target:sub(1, #dir) == dir then count = count + 1 end
      end
      return count
   end

   it("gives every line", function()
      make(70)
      local NS <const> = 1000000000

      for _, tail in ipairs { 1, 33, 101, 139, 140, 999 } do
         assert.equal(numbers(math.max(1, 141 - tail), 140), read { tail = tail })
      end
      assert.equal(numbers(1, 140), read {})
      assert.equal(numbers(90, 140), read { since = 90 * NS })
      assert.equal(numbers(121, 140), read { stream = "stdout", tail = 20 })
   end)

   it("holds few of them", function()
      make(70)
      local opened, most = open { tail = 130 }, 0
      for _ in opened.next do most = math.max(most, opened_files()) end
      opened.close()

      assert.is_true(most > 1 and most < 20)
      assert.equal(0, opened_files())
   end)

   it("ends with the last one that there was, whatever names they get", function()
      make(50)
      local opened, list = open {}, {}
      for found in opened.next do
         list[#list + 1] = found.line
         if #list % 10 == 0 and #list < 60 then
            local ino = fs.lstat(path .. ".1") and fs.lstat(path .. ".1").ino
            rotate(49 + #list // 10)
            write("x.log", json(100 + #list, 100 + #list))
            if ino then gzip("x.log.2", "inode " .. ino) end
         end
      end
      opened.close()

      assert.equal(numbers(1, 100), table.concat(list, " "))
      assert.equal(0, opened_files())
   end)

   it("tells which one cannot be opened, and why", function()
      make(39)
      local refused = path .. ".38"
      io.open = function(name, ...) -- luacheck: ignore 122
         if name == refused then return nil, name .. ": Too many open files", 24 end
         return real(name, ...)
      end
      local opened, err = open {}
      assert.is_nil(opened)
      assert.same({ "resource_exhausted", "EMFILE" }, { err.code, err.errno })
      assert.matches(refused .. ": Too many open files", err.message, 1, true)

      refused = path .. ".5"
      opened = open {}
      local count = 0
      repeat
         local found, why = opened.next()
         count, err = count + 1, why
      until not found
      opened.close()
      assert.matches(refused, err.message, 1, true)
      assert.is_true(count < 70)
      assert.is_nil((open { tail = 50 }))
      assert.is_nil((open { tail = 50, stream = "stdout" }))
      assert.equal(0, opened_files())
   end)
end)
