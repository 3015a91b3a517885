-- What the program says on standard error, and who does not read that.

local lfs = require "lfs"
local shell = require "support.shell"

describe("what the program says", function()
   local fifo

   before_each(function()
      fifo = os.tmpname()
      os.remove(fifo)
      assert.equal(0, shell.run { "mkfifo", fifo } .code)
   end)
   after_each(function() os.remove(fifo) end)

   --- The program, whose standard error is a pipe that nobody reads yet.
   local function run(code)
      return shell.start({ "/bin/sh", "-c", "exec 3<>" .. fifo .. '; "$@" 2>&3 3>&-', "sh",
         shell.program, "--log-level", "warn", "-e", code }, { stdin = "open" })
   end

   local MANY <const> = [[
      local neap = require "neap"
      for i = 1, %d do neap.log.warn("%%d %%s", i, ("x"):rep(90)) end
      neap.sleep(0)
      print "on"
      io.stdout:flush()
      io.read()
   ]]

   it("holds nothing up where nobody reads it", function()
      local process <close> = run(MANY:format(5000))
      process:await "on"
      process:write "\n"
      assert.equal(0, process:wait().code)
   end)

   --- The numbers of messages read, in order; and how many were said to be left out.
   local function heard(text)
      local numbers, left_out, said_at = {}, 0, nil
      for line in text:gmatch "[^\n]+" do
         local number = line:match "^neap: warn: (%d+) x+$"
         local missing = line:match "^neap: warn: (%d+) messages are left out$"
         if not number and not missing then error(line) end
         if missing then left_out, said_at = left_out + tonumber(missing), #numbers end
         numbers[#numbers + 1] = tonumber(number)
      end
      return numbers, left_out, said_at
   end

   --- Say `count`, and read it from when that is done.
   local function read_late(count)
      local process <close> = run(MANY:format(count))
      process:await "on"
      local reader <close> = shell.start { "/bin/sh", "-c", "exec <$0; echo open; exec cat", fifo }
      reader:await "open"
      process:write "\n"
      assert.equal(0, process:wait().code)
      return heard(reader:wait().stdout:sub(#"open\n" + 1))
   end

   it("is all there, in order, for who reads it late", function()
      local numbers, left_out = read_late(5000)
      assert.same({ 5000, 0 }, { #numbers, left_out })
      for i, number in ipairs(numbers) do
         if number ~= i then error(("%d came as message %d"):format(number, i)) end
      end
   end)

   it("takes no more than its room, and says what is missing", function()
      local numbers, left_out, at = read_late(20000)
      assert.equal(20000, #numbers + left_out)
      assert.is_true(left_out > 5000 and at == #numbers)
   end)

   it("is a file's last line too", function()
      local path = fifo .. ".log"
      local result = shell.run { "/bin/sh", "-c", '"$0" -e "$1" 2>>' .. path, shell.program,
         'require "neap".log.warn "one" error "two"' }
      assert.equal(1, result.code)
      local file <close> = assert(io.open(path))
      assert.matches("^neap: warn: one\nneap: .*two\n", file:read "a")
      os.remove(path)
      assert.is_nil(lfs.attributes(path))
   end)
end)
