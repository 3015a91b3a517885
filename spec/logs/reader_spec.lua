local amount = require "support.amount"
local core = require "neap.core"
local fs = core.fs
local lfs = require "lfs"
local reader = require "neap.logs.reader"

local dir, path

local function write(name, text, mode)
   local file <close> = assert(io.open(dir .. "/" .. name, mode or "wb"))
   file:write(text)
end

local function append(text) write("x.log", text, "ab") end

local function gzip(name, comment)
   assert(os.execute(("gzip -n %s/%s"):format(dir, name)))
   if not comment then return end
   -- A header with a comment: flag 16, and the text after the ten bytes.
   local file = assert(io.open(("%s/%s.gz"):format(dir, name), "rb"))
   local bytes = file:read "a"
   file:close()
   write(name .. ".gz", bytes:sub(1, 3) .. "\16" .. bytes:sub(5, 10) .. comment .. "\0"
      .. bytes:sub(11))
end

--- Lines of a json-file log: numbers of lines, a second apart from 1000.
local function json(from, to, stream)
   local list = {}
   for i = from, to do
      list[#list + 1] = ('{"log":"%d\\n","stream":"%s","time":"1970-01-01T00:%02d:%02d.5Z"}\n')
         :format(i, stream or "stdout", i // 60, i % 60)
   end
   return table.concat(list)
end

local function raw(from, to)
   local list = {}
   for i = from, to do list[#list + 1] = i .. "\n" end
   return table.concat(list)
end

local function rotate(last)
   for n = last, 1, -1 do
      for _, suffix in ipairs { "", ".gz" } do
         os.rename(path .. "." .. n .. suffix, path .. "." .. n + 1 .. suffix)
      end
   end
   assert(os.rename(path, path .. ".1"))
end

local function open(asked)
   asked.path, asked.driver = path, asked.driver or "json-file"
   return reader.open(asked)
end

local function read(asked)
   local opened, list = open(asked), {}
   for found in opened.next do list[#list + 1] = found.line end
   opened.close()
   return table.concat(list, " ")
end

local function numbers(from, to)
   local list = {}
   for i = from, to do list[#list + 1] = i end
   return table.concat(list, " ")
end

describe("neap.logs.reader", function()
   before_each(function()
      dir = os.tmpname()
      os.remove(dir)
      assert(lfs.mkdir(dir))
      path = dir .. "/x.log"
   end)
   after_each(function() os.execute("rm -rf " .. dir) end)

   it("gives what was written, where and when", function()
      write("x.log", '{"log":"a\\n","stream":"stderr","time":"1970-01-01T00:00:01.000000001Z"}\n'
         .. '{"log":"no end","stream":"stdout","time":"1970-01-01T00:00:02Z"}\n')
      local opened = open {}

      assert.same({ log = "a\n", line = "a", stream = "stderr", ns = 1000000001,
         text = io.lines(path)(),
         time = 1.000000001, stamp = "1970-01-01T00:00:01.000000001Z" }, opened.next())
      assert.same({ log = "no end", line = "no end", stream = "stdout", ns = 2000000000,
         time = 2.0, stamp = "1970-01-01T00:00:02Z",
         text = '{"log":"no end","stream":"stdout","time":"1970-01-01T00:00:02Z"}' }, opened.next())
      assert.is_nil(opened.next())
      opened.close()
   end)

   it("reads across all that was rotated away, compressed or not", function()
      write("x.log.3", json(1, 3))
      gzip "x.log.3"
      write("x.log.2", json(4, 5))
      write("x.log.1", json(6, 9))
      write("x.log", json(10, 12))
      for _, other in ipairs { "x.log.0", "x.log.4.new", "x.bak", "y.log.1", "x.log.2.gz.new" } do
         write(other, json(50, 50))
      end

      assert.equal(numbers(1, 12), read {})
   end)

   it("reads a file once that is there plain and compressed", function()
      write("x.log.1", json(1, 3))
      gzip "x.log.1"
      write("x.log.1", json(1, 3))
      write("x.log", json(4, 4))

      assert.equal(numbers(1, 4), read {})
   end)

   it("follows no link, and reads no directory", function()
      write("other", json(1, 1))
      assert(lfs.link(dir .. "/other", path, true))
      assert(lfs.mkdir(path .. ".1"))

      assert.equal("", read {})
   end)

   it("passes over what is torn", function()
      write("x.log.1", json(1, 2) .. '{"log":"torn')
      write("x.log", json(3, 3) .. "rubbish\n{}\n[1]\n" .. json(4, 4) .. '{"log":"x')

      assert.equal(numbers(1, 4), read {})
   end)

   it("gives the last lines", function()
      local first, second = amount(2000), amount(2500)
      local last = second + 3
      write("x.log.2", json(1, first))
      gzip "x.log.2"
      write("x.log.1", json(first + 1, second))
      write("x.log", json(second + 1, last) .. '{"log":"unfinished')

      for _, n in ipairs { 0, 1, 2, 3, 4, last - first, last - first + 1, first, last, 9999 } do
         assert.equal(numbers(math.max(1, last + 1 - n), last), read { tail = n })
      end
      os.remove(path)
      write("x.log", "")
      assert.equal(numbers(second - 1, second), read { tail = 2 })
   end)

   it("gives the last lines of a raw log, an unfinished one too", function()
      write("x.log.1", raw(1, 3))
      write("x.log", raw(4, 5) .. "6")

      for n = 0, 7 do
         assert.equal(numbers(math.max(1, 7 - n), 6), read { driver = "raw", tail = n })
      end
      append "\n"
      for n = 0, 7 do
         assert.equal(numbers(math.max(1, 7 - n), 6), read { driver = "raw", tail = n })
      end
   end)

   it("joins a raw line that is in two files, and cuts one that is endless", function()
      write("x.log.1", "1\n2")
      write("x.log", "2\n" .. ("x"):rep(3000000))
      local opened, sizes = open { driver = "raw" }, {}
      for found in opened.next do sizes[#sizes + 1] = #found.log end
      opened.close()

      assert.same({ 2, 3 }, { sizes[1], sizes[2] })
      local sum = 0
      for i = 3, #sizes do
         sum = sum + sizes[i]
         assert.is_true(sizes[i] < 2 ^ 21)
      end
      assert.equal(3000000, sum)
   end)

   it("gives what is of a time, and of a stream", function()
      write("x.log.1", json(1, 10))
      write("x.log", json(11, 20, "stderr") .. json(21, 30))
      local NS <const> = 1000000000

      assert.equal(numbers(5, 30), read { since = 5 * NS })
      assert.equal(numbers(5, 7), read { since = 5 * NS + NS // 2, until_ = 7 * NS + NS // 2 })
      assert.equal(numbers(6, 6), read { since = 5 * NS + NS // 2 + 1, until_ = 7 * NS })
      assert.equal("", read { since = 31 * NS })
      assert.equal(numbers(11, 20), read { stream = "stderr" })
      assert.equal(numbers(19, 20), read { stream = "stderr", tail = 2 })
      assert.equal(numbers(14, 15), read { until_ = 16 * NS, tail = 2 })
      assert.equal("", read { until_ = 16 * NS, tail = 0 })
   end)

   it("gives what is of a time though the clock was set back meanwhile", function()
      local NS <const> = 1000000000
      write("x.log.1", json(1, 2) .. json(20, 21))
      write("x.log", json(3, 4) .. json(30, 30) .. json(5, 6))

      assert.equal(numbers(1, 6), read { until_ = 10 * NS })
      assert.equal(numbers(4, 6), read { until_ = 10 * NS, tail = 3 })
      assert.equal(numbers(3, 5), read { since = 3 * NS, until_ = 6 * NS })
   end)

   it("warns of a compressed file that is cut off, and reads on", function()
      write("x.log.1", json(1, 3000))
      gzip "x.log.1"
      local file = assert(io.open(path .. ".1.gz", "rb"))
      local bytes = file:read "a"
      file:close()
      write("x.log.1.gz", bytes:sub(1, #bytes // 2))
      write("x.log", json(3001, 3002))

      assert.matches("^1 2 3 .* 3001 3002$", read {})
   end)

   describe("of more files than are held open", function()
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

   describe("following", function()
      -- Each wait does the next of what happens meanwhile.
      local function follow(asked, ...)
         local steps, at = { ... }, 0
         asked.follow = true
         asked.is_over = function() return at == #steps end
         asked.wait = function()
            at = at + 1
            steps[at]()
         end
         return read(asked)
      end

      it("reads on, to the end of what is written", function()
         write("x.log", json(1, 2))

         assert.equal(numbers(1, 6), follow({},
            function() append(json(3, 3) .. '{"log":"4\\n",') end,
            function() append(json(4, 4):sub(14)) end,
            function() append(json(5, 6)) end))
      end)

      it("waits for a file, and gives the last lines first", function()
         assert.equal(numbers(1, 3), follow({},
            function() end, function() append(json(1, 2)) end, function() append(json(3, 3)) end))
         assert.equal(numbers(3, 5), follow({ tail = 1 }, function() append(json(4, 5)) end))
         assert.equal(numbers(5, 6),
            follow({ tail = 1, stream = "stdout" }, function() append(json(6, 6)) end))
         assert.equal(numbers(7, 7), follow({ tail = 0 }, function() append(json(7, 7)) end))
      end)

      it("goes on in the next file, however often it was rotated meanwhile", function()
         write("x.log", json(1, 2))

         assert.equal(numbers(1, 12), follow({},
            function()
               append(json(3, 3))
               rotate(0)
            end,
            function() append(json(4, 5)) end,
            function()
               append(json(6, 6))
               for i = 1, 3 do
                  rotate(i)
                  append(json(5 + 2 * i, 6 + 2 * i))
               end
            end))
      end)

      it("waits for the next file where there is none yet, and repeats nothing", function()
         write("x.log.1", json(1, 1))
         write("x.log", json(2, 2))

         assert.equal(numbers(1, 4), follow({},
            function()
               rotate(1)
               append(json(3, 3))
               rotate(2)
            end,
            function() end,
            function() append(json(4, 4)) end))
      end)

      it("finds the next file when its own was compressed", function()
         write("x.log", json(1, 2))

         assert.equal("1 2 3 3 4 5 6", follow({},
            function()
               append(json(3, 3))
               local ino = fs.lstat(path).ino
               rotate(0)
               append(json(3, 4)) -- the same line, again at the same time
               rotate(1)
               append(json(5, 6))
               gzip("x.log.2", "inode " .. ino)
               gzip("x.log.1", "inode 1")
            end))
      end)

      it("takes no older file for its own that had the inode before", function()
         write("x.log.2", json(1, 2))
         write("x.log.1", json(3, 4))
         write("x.log", json(5, 6))
         gzip("x.log.2", "inode " .. fs.lstat(path).ino)

         assert.equal(numbers(1, 7), follow({}, function()
            rotate(2)
            append(json(7, 7))
            os.remove(path .. ".1")
         end))
      end)

      it("knows by the time what is new when its own was deleted", function()
         write("x.log.1", json(1, 2))
         write("x.log", json(3, 4))

         assert.equal(numbers(1, 8), follow({},
            function() os.remove(path) end,
            function() append(json(5, 6)) end,
            function() os.remove(path) end,
            function()
               append(json(7, 7))
               rotate(1)
               append(json(8, 8))
            end))
      end)

      it("ends when a time is over", function()
         write("x.log", json(1, 2))

         assert.equal(numbers(1, 3), follow({ until_ = 4000000000 },
            function() append(json(3, 5)) end, function() error "too long" end))
      end)

      it("gives a raw log's last line when it is over", function()
         write("x.log", "1\n2")

         assert.equal(numbers(1, 3), follow({ driver = "raw" }, function() append "\n3" end))
      end)
   end)

   it("leaves no file open", function()
      write("x.log.1", json(1, 3))
      gzip "x.log.1"
      write("x.log", json(4, 5))
      local before = #fs.list "/proc/self/fd"
      for _ = 1, 3 do
         local opened = open { tail = 4 }
         opened.next()
         opened.close()
      end
      read {}

      assert.equal(before, #fs.list "/proc/self/fd")
   end)
end)
