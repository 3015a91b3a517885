local file = require "neap.file"
local fs = require("neap.core").fs
local lfs = require "lfs"
local neap = require "neap"
local shell = require "support.shell"

local directory, path

local function write(bytes)
   local opened <close> = assert(io.open(path, "wb"))
   assert(opened:write(bytes))
end

describe("neap.file", function()
   before_each(function()
      directory = os.tmpname()
      os.remove(directory)
      assert(lfs.mkdir(directory))
      path = directory .. "/file"
   end)
   after_each(function() os.execute("rm -rf " .. directory) end)

   it("reads files, up to a limit", function()
      write "four"
      assert.equal("four", file.read(path))
      assert.equal("four", file.read(path, 4))
      assert.same({ nil, "it has more than 3 bytes" }, { file.read(path, 3) })
      write ""
      assert.equal("", file.read(path))
      assert.equal("", file.read "/dev/null")
      assert.same({ nil, "it has more than 100000 bytes" }, { file.read("/dev/zero", 100000) })
      assert.matches("^Name:", file.read "/proc/self/status")
      for _, name in ipairs { directory, directory .. "/none" } do
         local text, why = file.read(name)
         assert.is_nil(text)
         assert.is_string(why)
      end
   end)

   it("reads a FIFO once somebody writes it, and others go on meanwhile", function()
      assert(fs.fifo(path))
      local seen = {}
      local reader = neap.spawn(function()
         local text = file.read(path)
         seen[#seen + 1] = text
      end)
      neap.spawn(function() seen[#seen + 1] = "other" end):join()
      local writer <close> = shell.start { "sh", "-c",
         ("{ echo first; seq 50000; } >%s"):format(path) }
      reader:join()

      assert.equal("other", seen[1])
      assert.matches("^first\n1\n.*\n50000\n$", seen[2])
      assert.equal(0, writer:wait().code)
   end)

   it("gives up a FIFO that nobody writes, and closes it", function()
      assert(fs.fifo(path))
      local before = #fs.list "/proc/self/fd"
      local text, err = neap.timeout(0.01, file.read, path)
      assert.is_nil(text)
      assert.equal("deadline_exceeded", err.code)
      assert.equal(before, #fs.list "/proc/self/fd")
   end)
end)

describe("a file of the command line that is a FIFO", function()
   local fifo

   before_each(function()
      fifo = os.tmpname()
      os.remove(fifo)
      assert(fs.fifo(fifo))
   end)
   after_each(function() os.remove(fifo) end)

   local function start()
      return shell.start({ shell.program, "run", "--dry-run", "--rootfs", "/", "--env-file", fifo,
         "true" }, { timeout = 20 })
   end

   it("is waited for", function()
      local process <close> = start()
      local writer <close> = assert(io.open(fifo, "w")) -- which waits for the reader
      writer:write "A=of the FIFO\n"
      writer:close()
      assert.matches('"A=of the FIFO"', process:wait().stdout, 1, true)
   end)

   for name, code in pairs { sigterm = 143, sigint = 130 } do
      it("does not make it deaf to " .. name, function()
         local process <close> = start()
         local _writer <close> = assert(io.open(fifo, "w"))
         process:kill(name)
         assert.equal(code, process:wait().code)
      end)
   end

   it("may be a shell's <(...)", function()
      local result = shell.run { "bash", "-c", shell.program
         .. " run --dry-run --rootfs / --env-file <(echo A=1) --env-file <(echo B=2) true" }
      assert.matches('"A=1",\n%s+"B=2"', result.stdout)
   end)
end)
