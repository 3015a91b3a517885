-- The program as a user meets it: build/neap, without a containerd.

local shell = require "support.shell"

local function neap(...)
   return shell.run { shell.program, ... }
end

local function with(options, ...)
   return shell.run({ shell.program, ... }, options)
end

-- What only a shell can set up. $0 is the program.
local function sh(line)
   return shell.run { "/bin/sh", "-c", line, shell.program }
end

local function write_script(text)
   local path = os.tmpname()
   finally(function() os.remove(path) end)
   local file <close> = assert(io.open(path, "w"))
   file:write(text)
   return path
end

describe("neap", function()
   it("prints the help and exits 2 without arguments", function()
      local result = neap()

      assert.equal(2, result.code)
      assert.matches("^Usage: neap", result.stdout)
      assert.matches("engine +start, stop or show", result.stdout)
   end)

   it("says how it is used, and its version", function()
      assert.matches("^Usage: neap", neap("--help").stdout)
      assert.matches("^neap %d+%.%d+%.%d+\n$", neap("--version").stdout)
   end)

   it("refuses wrong usage with status 2", function()
      for _, case in ipairs {
         { { "--adress", "/x", "ps" }, '"--address"' },
         { { "--address", "/a", "--engine", "/e", "ps" }, "exclude" },
         { { "--log-level", "loud", "ps" }, "no log level" },
         { { "pss" }, '"ps"' },
         { { "-e" }, "requires an argument" },
      } do
         local result = neap(table.unpack(case[1]))

         assert.equal(2, result.code)
         assert.equal("", result.stdout)
         assert.matches(case[2], result.stderr, 1, true)
      end
   end)

   describe("running a script", function()
      it("gives it its arguments", function()
         local path = write_script "print(arg[0] == arg[3], arg[-1], arg[1], ...)"

         local result = neap("--json", path, "a", "b", path)

         assert.equal("true\t--json\ta\ta\tb\t" .. path .. "\n", result.stdout)
         assert.equal(0, result.code)
      end)

      it("reads it from standard input", function()
         assert.equal("7\n", with({ stdin = "print(...)" }, "-", "7").stdout)
      end)

      it("skips a first line that begins with #", function()
         local path = write_script "#!/usr/bin/env neap\nprint 'ran'"

         assert.equal("ran\n", neap(path).stdout)
      end)

      it("gives its exit status", function()
         assert.equal(0, neap("-e", "return 5").code)
         assert.equal(7, neap("-e", "os.exit(7)").code)
         assert.equal(1, neap("-e", "os.exit(false)").code)
      end)

      it("tells an uncaught error with its traceback, and exits 1", function()
         local result = neap("-e", "local function f() error 'boom' end\nf()")

         assert.equal(1, result.code)
         assert.matches("^neap: %(command line%):1: boom\nstack traceback:\n", result.stderr)
         assert.matches("(command line):2: in main chunk", result.stderr, 1, true)
         assert.not_matches("xpcall", result.stderr)
      end)

      it("tells an error that is an object", function()
         local result = neap("-e",
            "error(require 'neap.error'.new { op = 'a', code = 'b', message = 'c\27[2J' })")

         assert.matches("^neap: a: b: c\\x1b%[2J\n", result.stderr)
         assert.matches("error object is a table value",
            neap("-e", "error {}").stderr, 1, true)
      end)

      it("says in one line what is wrong with the script", function()
         for _, case in ipairs {
            { "/nowhere.lua", "neap: cannot open /nowhere.lua: No such file or directory\n" },
            { "/", "neap: cannot read /: Is a directory\n" },
            { write_script "x = = 1", "unexpected symbol near '='\n" },
         } do
            local result = neap(case[1])

            assert.equal(1, result.code)
            assert.matches(case[2], result.stderr, 1, true)
            assert.equal(1, select(2, result.stderr:gsub("\n", "")))
         end
      end)

      it("says when it may not read the script", function()
         local path = write_script "print 1"
         os.execute("chmod 000 " .. path)
         local result = shell.run {
            "/usr/bin/setpriv", "--reuid=65534", "--regid=65534", "--clear-groups",
            shell.program, path,
         }

         assert.equal(1, result.code)
         assert.matches("Permission denied", result.stderr)
      end)
   end)

   describe("living", function()
      it("ends when its fibers have ended", function()
         local result = neap("-e", [[
            local neap = require "neap"
            neap.spawn(function() neap.sleep(0.01) print "fiber" end)
            print "chunk"
         ]])

         assert.equal("chunk\nfiber\n", result.stdout)
         assert.equal(0, result.code)
      end)

      it("exits 1 when a failure is left that nobody joined", function()
         local result = neap("-e", "require 'neap'.spawn(error, 'lost')")

         assert.equal(1, result.code)
         assert.matches("^neap: .*lost", result.stderr)
      end)

      it("exits 0 when a failure was joined late", function()
         local result = neap("-e", [[
            local neap = require "neap"
            local fiber = neap.spawn(error, "late")
            neap.sleep(0.01)
            print(fiber:join())
         ]])

         assert.equal(0, result.code)
         assert.matches("late", result.stdout)
      end)

      it("lets a module wait while it is required", function()
         local dir = os.tmpname()
         os.remove(dir)
         assert(os.execute("mkdir " .. dir))
         finally(function() os.execute("rm -r " .. dir) end)
         local file = assert(io.open(dir .. "/slow.lua", "w"))
         file:write "require 'neap'.sleep(0.01) return 'slow'"
         file:close()

         local result = with({ cwd = dir }, "-e", "print((require 'slow'))")

         assert.equal("slow\n", result.stdout)
      end)

      it("refuses neap.loop, which it runs itself", function()
         local result = neap("-e", "require 'neap'.loop()")

         assert.equal(1, result.code)
         assert.matches("neap.loop", result.stderr, 1, true)
      end)
   end)

   describe("on a signal", function()
      local waiting <const> = [[
         local neap = require "neap"
         local _close <close> = setmetatable({}, { __close = function()
            neap.sleep(0.01)
            print "closed"
         end })
         print "ready"
         io.stdout:flush()
         neap.sleep(1000)
      ]]

      for name, status in pairs { INT = 130, TERM = 143, HUP = 129 } do
         it("cancels all fibers and exits " .. status .. " for " .. name, function()
            local process <close> = shell.start { shell.program, "-e", waiting }
            process:await "ready"
            process:kill("sig" .. name:lower())

            local result = process:wait()

            assert.equal(status, result.code)
            assert.equal("ready\nclosed\n", result.stdout)
            assert.equal("", result.stderr)
         end)
      end

      it("ends at once on the second, even while a script computes", function()
         if shell.build:find "thread" then pending "TSan delays signals" end
         local process <close> = shell.start {
            shell.program, "-e", "print 'ready' io.stdout:flush() while true do end",
         }
         process:await "ready"
         process:kill "sigint"
         process:kill "sigterm"

         -- Sent while the first still waits to be taken, one of the two may be
         -- the second.
         local code = process:wait().code
         assert.is_true(code == 143 or code == 130)
      end)

      it("runs a script's own handler, in a fiber, instead", function()
         local process <close> = shell.start { shell.program, "-e", [[
            local neap = require "neap"
            local done
            neap.on_signal("TERM", function(name)
               neap.sleep(0.01)
               print(name)
               done = true
            end)
            print "ready"
            io.stdout:flush()
            while not done do neap.sleep(0.001) end
         ]] }
         process:await "ready"
         process:kill "sigterm"

         local result = process:wait()

         assert.equal("ready\nTERM\n", result.stdout)
         assert.equal(0, result.code)
      end)

      it("gives the default back", function()
         local process <close> = shell.start { shell.program, "-e", [[
            local neap = require "neap"
            neap.on_signal("TERM", print)
            neap.on_signal "TERM"
            print "ready"
            io.stdout:flush()
            neap.sleep(1000)
         ]] }
         process:await "ready"
         process:kill "sigterm"

         assert.equal(143, process:wait().code)
      end)

      it("refuses signals that nobody hears, or that there are not", function()
         local result = neap("-e", [[
            local neap = require "neap"
            print(select(2, neap.on_signal("KILL", print)))
            print(select(2, neap.on_signal("TREM", print)))
            print(pcall(neap.on_signal, {}, print))
         ]])

         assert.matches("invalid_argument: KILL", result.stdout)
         assert.matches('invalid_argument: "TREM".*"TERM"', result.stdout)
         assert.matches("false\tbad argument #1", result.stdout)
      end)
   end)

   describe("writing", function()
      it("tells that standard output is full, whatever the way out", function()
         for _, code in ipairs { "print(1)", "io.write(1) os.exit(0)", "print(1) error 'x'" } do
            local result = sh('exec "$0" -e "' .. code .. '" >/dev/full')

            assert.equal(1, result.code)
            assert.matches(
               "neap: writing to standard output: No space left on device\n", result.stderr,
               1, true
            )
         end
      end)

      it("tells the reason of what failed first, where nothing is left to write", function()
         local result = sh [["$0" -e 'io.stdout:setvbuf "no" print(1)' >/dev/full]]

         assert.equal(1, result.code)
         assert.equal("neap: writing to standard output: No space left on device\n",
            result.stderr)
         result = sh [["$0" -e 'io.stdout:setvbuf "no" io.write(1)
            local host = require "neap.host" host.blame(27) host.blame(5)' >/dev/full]]
         assert.matches("File too large\n$", result.stderr)
      end)

      it("ends quietly when nobody reads any more", function()
         local result = sh [["$0" -e 'while true do print "y" end' | head -1]]

         assert.equal("y\n", result.stdout)
         assert.equal("", result.stderr)
      end)

      it("knows when nobody reads any more, before it writes", function()
         local tell = [["$0" -e 'local host = require "neap.host"
            local neap = require "neap"
            local fiber = neap.spawn(host.hangup, 1)
            neap.sleep(0)
            io.stderr:write(tostring(fiber), " ")
            print "y"
            io.stdout:flush()
            io.stderr:write(tostring(fiber:join()), "\n")']]

         assert.equal("neap.fiber (returned) false\n", sh(tell .. " >/dev/null").stderr)
         assert.equal("neap.fiber (live) true\n", sh(tell .. " | head -1").stderr)
      end)

      it("waits for that no longer than its fiber lives", function()
         local result = sh [["$0" -e 'local host = require "neap.host"
            local neap = require "neap"
            local fiber = neap.spawn(host.hangup, 1)
            neap.sleep(0)
            fiber:cancel()
            print(select(2, fiber:join()).code)' | cat]]

         assert.equal("cancelled\n", result.stdout)
      end)

      it("gives what it executes a SIGPIPE that kills", function()
         local result = sh [["$0" -e 'os.execute "yes"' | head -1]]

         assert.equal("y\n", result.stdout)
         assert.not_matches("Broken pipe", result.stderr)
      end)
   end)

   describe("in a bare world", function()
      it("runs without an environment", function()
         local result = shell.run { "/usr/bin/env", "-i", shell.program, "-e", "print(1)" }

         assert.equal("1\n", result.stdout)
      end)

      it("runs without standard streams", function()
         assert.equal(0, sh([[exec "$0" -e 'print(1)' <&- >&- 2>&-]]).code)
      end)

      it("opens no file in a standard stream's place", function()
         local path = write_script ""

         sh(([[exec "$0" -e 'local f = io.open("%s", "w") print "lost" f:close()' >&-]])
            :format(path))

         local file <close> = assert(io.open(path))
         assert.equal("", file:read "a")
      end)

      it("finds its modules through a link, from anywhere", function()
         local link = os.tmpname()
         os.remove(link)
         finally(function() os.remove(link) end)
         assert(os.execute(("ln -s '%s' '%s'"):format(shell.program, link)))

         local result = shell.run({ link, "-e", "print(require 'neap'.version)" }, { cwd = "/" })

         assert.matches("^%d+%.%d+%.%d+\n$", result.stdout)
      end)
   end)

   describe("without a terminal", function()
      local function ask(call)
         return neap("-e", "print(require 'neap.host'." .. call .. ")").stdout
      end

      it("says so", function()
         assert.equal("false\n", ask "is_terminal(0)")
         assert.matches("^nil\tInappropriate ioctl", ask "size(0)")
         assert.matches("^nil\tInappropriate ioctl", ask "raw(0)")
         assert.equal("\n", ask "restore()")
      end)
   end)

   describe("with a terminal made raw", function()
      for way, code in pairs {
         ["its end"] = "",
         ["os.exit"] = "os.exit(3)",
         ["an error"] = "error 'x'",
         ["a signal"] = "os.execute 'kill -TERM $PPID' require 'neap'.sleep(100)",
         ["two signals"] = "os.execute 'kill -TERM $PPID; kill -HUP $PPID' while true do end",
         ["a crash"] = "os.execute 'kill -SEGV $PPID' while true do end",
      } do
         it("restores it after " .. way, function()
            if shell.build:find "san" then pending "a sanitizer takes or delays signals" end
            local path = write_script(([[
               before=$(stty -g)
               '%s' -e "require 'neap.host'.raw(0)
                  assert(os.execute 'stty -a | grep -q -- -icanon') %s"
               test "$(stty -g)" = "$before" && echo same
            ]]):format(shell.program, (code:gsub("%$", "\\$"))))

            local result = shell.run({
               "/usr/bin/script", "-qec", "ulimit -c 0; . " .. path, "/dev/null",
            }, { stdin = "open" }) -- its end would be typed

            assert.matches("same\r\n$", result.stdout)
         end)
      end
   end)

   describe("as a binary", function()
      it("needs no shared library but the C library's", function()
         local libraries = {}
         for name in shell.run({ "/usr/bin/ldd", shell.program }).stdout:gmatch "%s(%S+) =>" do
            libraries[#libraries + 1] = name
         end
         table.sort(libraries)

         if shell.build:find "san" then pending "a sanitizer brings its own" end
         assert.same({ "libc.so.6", "libm.so.6" }, libraries)
      end)

      it("lends its Lua and its libuv to C modules", function()
         local result = with({ env = { LD_DEBUG = "bindings", LD_BIND_NOW = "1" } }, "-e", [[
            local uv = require "luv"
            local timer = uv.new_timer()
            timer:start(1, 0, function() print(uv.version_string()) timer:close() end)
            uv.run()
         ]])

         assert.matches("^%d+%.%d+%.%d+\n$", result.stdout)
         local ours, others = 0, {}
         for line in result.stderr:gmatch "[^\n]+" do
            local to, symbol = line:match "luv[^ ]* %[0%] to ([^ ]+) %[0%]: normal symbol `([^']+)'"
            if symbol and (symbol:find "^uv_" or symbol:find "^luaL?_") then
               if to == shell.program then ours = ours + 1 else others[#others + 1] = line end
            end
         end
         assert.same({}, others)
         assert.is_true(ours > 100)
      end)
   end)
end)
