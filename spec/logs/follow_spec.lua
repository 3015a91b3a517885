local core = require "neap.core"
local fs = core.fs
local logfiles = require "support.logfiles"

local path = logfiles.path
local write, append, rotate, gzip = logfiles.write, logfiles.append, logfiles.rotate, logfiles.gzip
local json, numbers = logfiles.json, logfiles.numbers
local read = logfiles.read

before_each(logfiles.make)
after_each(logfiles.remove)

describe("neap.logs.reader following", function()
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
