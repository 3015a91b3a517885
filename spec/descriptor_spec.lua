local core = require "neap.core"
local fs = core.fs
local kernel = require "support.kernel"
local lfs = require "lfs"
local neap = require "neap"
local shell = require "support.shell"

local lacking <const> = kernel.lacks "pidfd_open"

local function temporary()
   local path = os.tmpname()
   os.remove(path)
   assert(lfs.mkdir(path))
   finally(function() os.execute("rm -rf " .. path) end)
   return path
end

local function read_all(descriptor)
   local parts = {}
   for bytes in function() return descriptor:read() end do parts[#parts + 1] = bytes end
   return table.concat(parts)
end

describe("core.spawn_program", function()
   it("starts what is no child of ours, and hears what it says", function()
      if lacking then pending(lacking) end
      local said, pid = core.spawn_program {
         "/bin/sh", "-c", "echo out; echo err >&2; pwd; ps -o ppid= -o sid= $$; echo $$",
      }

      local text = read_all(said)
      local parent, session, own = text:match "^out\nerr\n/\n%s*(%d+)%s+(%d+)\n(%d+)\n$"
      assert.equal(tostring(pid), own)
      assert.not_equal(tostring(pid), session)
      local us <close> = assert(io.open "/proc/self/stat")
      assert.not_equal(us:read "n", tonumber(parent))
   end)

   it("gives it nothing of ours that is open", function()
      if lacking then pending(lacking) end
      local said = core.spawn_program { "/bin/sh", "-c", "ls /proc/$$/fd" }

      assert.equal("0\n1\n2\n", (read_all(said):gsub("1?[0-9]\n$", function(last)
         return #last > 2 and "" or last -- the shell's own
      end)))
   end)

   it("leaves nobody who waits for us when we are killed meanwhile", function()
      for i = 1, 20 do
         -- Who is left holds its output, and so is waited for.
         local process <close> = shell.start({ shell.program, "-e", [[
            local core = require "neap.core"
            print "begun"
            io.stdout:flush()
            while true do core.spawn_program { "/bin/true" }:close() end
         ]] }, { timeout = 10 })
         process:await "begun"
         core.sleep(i / 2000)
         process:kill "sigkill"

         assert.equal(9, process:wait().signal)
      end
   end)

   it("says why it cannot", function()
      if lacking then pending(lacking) end
      local said, err = core.spawn_program { "/nonexistent" }

      assert.is_nil(said)
      assert.same({ "not_found", "ENOENT" }, { err.code, err.errno })
   end)
end)

describe("core.watch", function()
   it("tells of changes, as one where there were many", function()
      local path = temporary()
      local watch <close> = assert(core.watch { path })
      for i = 1, 10 do assert(io.open(path .. "/" .. i, "w")):close() end

      assert.is_string(watch:read())
      local _, late = watch:read { timeout = 0.01 }
      assert.equal("deadline_exceeded", late.code)
   end)

   it("tells of a process's end", function()
      if lacking then pending(lacking) end
      local said, pid = core.spawn_program { "/bin/sleep", "1000" }
      local watch <close> = assert(core.watch({}, pid))
      local fiber = neap.spawn(function() return watch:read() == nil end)
      os.execute("kill " .. pid)

      assert.is_true(fiber:join())
      said:close()
   end)

   it("kills the process, and so does what was started", function()
      if lacking then pending(lacking) end
      for i = 1, 2 do
         local said <close>, pid = core.spawn_program { "/bin/sleep", "1000" }
         local watch <close> = assert(core.watch({}, pid))

         assert.is_true((i == 1 and said or watch):kill())
         assert.is_nil(watch:read())
         assert.is_nil(said:read())
      end
      local none <close> = assert(core.watch {})
      assert.is_false(none:kill())
   end)

   it("refuses a process that has ended, and what is no directory", function()
      if lacking then pending(lacking) end
      local _, ended = core.watch({}, 2 ^ 22 | 0)
      local _, missing = core.watch { "/nonexistent" }

      assert.equal("ESRCH", ended.errno)
      assert.equal("not_found", missing.code)
   end)
end)

describe("core.descriptor", function()
   it("reads a file to its end", function()
      local path = temporary() .. "/file"
      local file <close> = assert(io.open(path, "w+"))
      file:write "text"
      file:seek "set"

      local descriptor <close> = assert(core.descriptor(fs.fd(file)))
      assert.equal("text", read_all(descriptor))
   end)

   it("writes to what nobody reads yet, and holds up nobody else", function()
      local path = temporary() .. "/fifo"
      assert(fs.fifo(path))
      local file <close> = assert(io.open(path, "r+"))
      local input <close> = assert(core.descriptor(fs.fd(file)))
      local output <close> = assert(core.descriptor(fs.fd(file), "w"))
      local _, late = output:write(("x"):rep(2 ^ 20), { timeout = 0.01 })
      assert.equal("deadline_exceeded", late.code)

      local writing = neap.spawn(function() return output:write "last" end)
      local text = ""
      while text:sub(-4) ~= "last" do text = text .. input:read() end
      assert.is_true(writing:join())
   end)

   it("puts what there is room for at once, behind what waits for room", function()
      local path = temporary() .. "/fifo"
      assert(fs.fifo(path))
      local file <close> = assert(io.open(path, "r+"))
      local input <close> = assert(core.descriptor(fs.fd(file)))
      local output <close> = assert(core.descriptor(fs.fd(file), "w"))
      local bytes = ("x"):rep(2 ^ 20)
      local size = output:put(bytes)
      assert.is_true(size > 0 and size < #bytes)
      assert.equal(0, output:put "y")
      local writing = neap.spawn(function() return output:write "last" end)
      neap.sleep(0)
      local text = ""
      while #text < size do text = text .. input:read() end
      assert.equal(bytes:sub(1, size), text)
      assert.is_true(writing:join())
      assert.equal(1, output:put "y")
      text = input:read()
      while #text < 5 do text = text .. input:read() end
      assert.equal("lasty", text)

      local full <close> = assert(io.open("/dev/full", "w"))
      local refused <close> = assert(core.descriptor(fs.fd(full), "w"))
      assert.equal(3, refused:put "all") -- there is no use in offering it again
   end)

   it("writes at a file's end, and says what is wrong", function()
      local path = temporary() .. "/file"
      local file <close> = assert(io.open(path, "a"))
      local output <close> = assert(core.descriptor(fs.fd(file), "w"))
      assert(output:write "one ")
      assert(output:write "two")
      local again <close> = assert(io.open(path))
      assert.equal("one two", again:read "a")

      local full <close> = assert(io.open("/dev/full", "w"))
      local refused <close> = assert(core.descriptor(fs.fd(full), "w"))
      local _, err = refused:write "x"
      assert.equal("ENOSPC", err.errno)
      assert.has_error(function() core.descriptor(1, "x") end)
   end)

   it("has one reader, and cancels it when it is closed", function()
      local path = temporary() .. "/fifo"
      assert(fs.fifo(path))
      local file <close> = assert(io.open(path, "r+"))
      local descriptor = assert(core.descriptor(fs.fd(file)))
      local first = neap.spawn(function() return descriptor:read() end)
      neap.sleep(0)

      local _, second = descriptor:read()
      assert.equal("failed_precondition", second.code)
      descriptor:close()
      local _, closed = first:join()
      assert.equal("cancelled", closed.code)
      assert.has_error(function() descriptor:read() end)
   end)
end)

describe("core.connect_socket", function()
   it("talks to whoever listens, by a name of any length", function()
      local uv = require "luv"
      local path = temporary() .. "/" .. ("x"):rep(90)
      assert(lfs.mkdir(path))
      local there = uv.cwd()
      assert(uv.chdir(path))
      local server = uv.new_pipe()
      assert(server:bind "socket")
      assert(uv.chdir(there))
      server:listen(1, function()
         local peer = uv.new_pipe()
         server:accept(peer)
         peer:read_start(function(_, data)
            peer:write("heard " .. data, function() peer:close() end)
            peer:read_stop()
         end)
      end)
      finally(function()
         server:close()
         uv.run "nowait"
      end)

      local socket <close>, pid = assert(core.connect_socket(path .. "/socket"))
      assert.equal(uv.os_getpid(), pid)
      assert.is_true(socket:write "this")
      for _ = 1, 3 do uv.run "nowait" end

      assert.equal("heard this", read_all(socket))
   end)

   it("says that nobody is there", function()
      local path = temporary() .. "/none"
      local _, err = core.connect_socket(path)

      assert.same({ "not_found", "ENOENT" }, { err.code, err.errno })
      assert.matches(path, err.message, 1, true)
   end)
end)

describe("core.inflate", function()
   local function compressed(text)
      local path = temporary() .. "/file"
      local file = assert(io.open(path, "wb"))
      file:write(text)
      file:close()
      assert(os.execute("gzip " .. path))
      return assert(io.open(path .. ".gz", "rb")):read "a"
   end

   it("undoes gzip, piece by piece, several members too", function()
      local text = ("some text\n"):rep(100000)
      local bytes = compressed(text) .. compressed "and more"

      for _, step in ipairs { 1, 7, #bytes } do
         local inflate <close> = core.inflate()
         local parts = {}
         for at = 1, #bytes, step do
            parts[#parts + 1] = assert(inflate:feed(bytes:sub(at, at + step - 1)))
         end
         assert.is_true(table.concat(parts) == text .. "and more")
         assert.is_true(inflate:is_whole())
         assert.equal("", inflate:comment())
      end
   end)

   it("tells what is cut off, and what is no gzip", function()
      local bytes = compressed "some text"
      local inflate = core.inflate()

      assert(inflate:feed(bytes:sub(1, -5)))
      assert.is_false(inflate:is_whole())
      assert.same({ nil, "incorrect header check" }, { core.inflate():feed "plain text" })
   end)
end)

describe("fs.fstat", function()
   it("tells of an open file what lstat tells of its name", function()
      local path = temporary() .. "/file"
      local file <close> = assert(io.open(path, "w"))

      assert.same(fs.lstat(path), fs.fstat(file))
      assert.equal(1, fs.fstat(file).links)
      os.remove(path)
      assert.equal(0, fs.fstat(file).links)
   end)
end)

describe("fs.fifo", function()
   it("makes a FIFO for us alone, and only where nothing is", function()
      local path = temporary() .. "/fifo"

      assert.is_true(fs.fifo(path))
      assert.same({ "fifo", 384 }, { fs.lstat(path).type, fs.lstat(path).mode })
      assert.same({ nil, "EEXIST" }, { fs.fifo(path) })
   end)
end)

describe("fs.end_reader", function()
   it("kills who holds the lock, and nobody where nobody does", function()
      if lacking then pending(lacking) end
      local path = temporary() .. "/lock"
      assert(io.open(path, "w")):close()
      local said, pid = core.spawn_program {
         "/usr/bin/flock", "-n", "-F", path, "/bin/sh", "-c", "echo held; exec sleep 1000",
      }
      assert.equal("held\n", said:read())
      assert.is_true(fs.is_read(path))

      local watch <close> = assert(core.watch({}, pid))
      assert.is_true(fs.end_reader(path))
      assert.is_nil(watch:read())
      assert.is_true(fs.end_reader(temporary() .. "/none"))
      assert.is_false(fs.is_read(path))
      said:close()
   end)
end)
