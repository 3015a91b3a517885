local amount = require "support.amount"
local core = require "neap.core"
local fs = core.fs
local lfs = require "lfs"
local logfiles = require "support.logfiles"

local dir, path = logfiles.dir, logfiles.path
local write, append, gzip = logfiles.write, logfiles.append, logfiles.gzip
local json, raw, numbers = logfiles.json, logfiles.raw, logfiles.numbers
local open, read = logfiles.open, logfiles.read

before_each(logfiles.make)
after_each(logfiles.remove)

describe("neap.logs.reader", function()
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
