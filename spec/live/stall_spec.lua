-- A command whose output stalls, in a pipe that is full or on a terminal that was
-- stopped: it is left, and passes on what it is told, all the same.

local commands = require "support.commands"
local fs = require "neap.core".fs
local live = require "support.live"
local logged = require "support.logged"
local shell = require "support.shell"
local uv = require "luv"

-- Who writes cannot hear TERM while nobody reads: another does.
local NOISY <const> = [[trap "exit 7" TERM; yes "noise noise noise" & wait]]
local KEYS <const> = "\16\17"

--- May something be written to it?
local function takes(path)
   local flags = uv.constants.O_WRONLY | uv.constants.O_NONBLOCK | uv.constants.O_NOCTTY
   local fd = assert(uv.fs_open(path, flags, 0))
   local taken, poll = false, uv.new_poll(fd)
   poll:start("w", function() taken = true end)
   uv.run "nowait"
   poll:close()
   uv.run "nowait"
   uv.fs_close(fd)
   return taken
end

local function terminal(line)
   return shell.start(commands.terminal(line))
end

describe("stalled output", function()
   local client

   setup(function() client = logged.begin() end)
   teardown(logged.finish)
   after_each(logged.remove)

   local function load(id) return assert(client:load(id)) end

   --- Run a container in the background that never stops talking.
   local function run(id, options)
      local result = commands.sh(([[$0 run -di %s --name %s --rootfs $1 sh -c '%s']]):format(
         options, id, NOISY))
      assert.same({ 0, id .. "\n", "" }, { result.code, result.stdout, result.stderr })
      return logged.keep(load(id))
   end

   describe("in a pipe", function()
      --- A command line that is killed where it hangs, and whose output is read by nobody
      --- until the command has ended. It tells its pid and its status on `fd`, by a
      --- subshell: dash redirects its own output for a moment to say it.
      local function stalled(command, fd)
         return ([[rm -f "$NEAP_TEST_DIR/over"
            { timeout --foreground -s KILL 55 \
                  sh -c '(echo "pid $$" >&%d); exec "$0" "$@" 2>&1' %s <&0
               echo "status $?" >&%d; : >"$NEAP_TEST_DIR/over"; } |
            while [ ! -e "$NEAP_TEST_DIR/over" ]; do sleep 0.02; done]]):format(fd, command, fd)
      end

      --- Wait until what a stalled command wrote fills its pipe: its pid.
      local function await_stall(process)
         process:await "pid "
         local pid = process:line():match "pid (%d+)"
         live.wait_until(function() return not takes(("/proc/%s/fd/1"):format(pid)) end, 30)
         return pid
      end

      it("lets neap attach be left by keys", function()
         run("noisy", "-t")
         local one <close> = terminal(stalled([["$neap" attach noisy]], 2))
         await_stall(one)
         one:write(KEYS)

         assert.matches("status 0\r\n$", one:wait().stdout)
         assert.equal("running", load "noisy".status)
      end)

      it("lets neap attach pass signals on", function()
         local container = run("deaf", "")
         local one <close> = shell.start({ "/bin/sh", "-c",
            "exec 3>&1; " .. stalled("$0 attach --no-stdin deaf", 3), shell.program },
            commands.options())
         shell.run { "/bin/sh", "-c", "kill -TERM " .. await_stall(one) }

         assert.matches("status 7\n$", one:wait().stdout)
         assert.equal("stopped", container:task():status())
      end)

      it("lets neap run -it be left by keys", function()
         local one <close> = terminal(stalled(
            ([["$neap" run -it --name piped --rootfs "$1" sh -c "%s"]]):format(
               NOISY:gsub('"', [[\"]])), 2))
         await_stall(one)
         one:write(KEYS)

         assert.matches("status 0\r\n$", one:wait().stdout)
         assert.equal("running", logged.keep(load "piped").status)
      end)
   end)

   describe("on a terminal", function()
      --- Run a command on one, which is stopped once the command talks. Restarting it is a
      --- key that a command would have to take for its own, so others are what leaves it.
      local function stopped(command)
         local screen = terminal(([[sh -c 'echo "on $(tty), pid $$"; exec "$@"' sh "$neap" %s
            echo "status $?"]]):format(command))
         local tty, pid = screen:line():match "^on (%S+), pid (%d+)"
         screen:await "noise"
         assert(os.execute(("stty -F %s ixon"):format(tty)))
         screen:write "\19"
         live.wait_until(function() return not takes(tty) end)
         return screen, pid
      end

      local function read_count(pid)
         local file <close> = io.open(("/proc/%s/io"):format(pid))
         return file and file:read "a":match "rchar: (%d+)"
      end

      --- Wait until a command takes no more of what it cannot show.
      local function await_stall(pid)
         local last, times = nil, 0
         live.wait_until(function()
            local now = read_count(pid)
            times = now == last and times + 1 or 0
            last = now
            return times == 20
         end, 30)
      end

      --- What it shows when it is restarted after the command's end.
      local function shown(screen, pid)
         live.wait_until(function() return read_count(pid) == nil end, 30)
         screen:write "\17"
         return screen:wait().stdout
      end

      --- How much `yes` has written in a container.
      local function written(container)
         local told = commands.sh(([[$0 exec %s sh -c 'cat /proc/$(pidof yes)/io']]):format(
            container.id)).stdout
         return assert(math.tointeger(tonumber(told:match "wchar: (%d+)")))
      end

      local LEAVE <const> = "--detach-keys x,y"
      local RUN <const> = ([[run -it %s --name box --rootfs "$1" sh -c '%s']]):format(LEAVE, NOISY)

      it("lets neap attach be left by keys", function()
         run("noisy", "-t")
         local screen <close>, pid = stopped(("attach %s noisy"):format(LEAVE))
         await_stall(pid)
         screen:write "xy"

         assert.matches("status 0\r\n$", shown(screen, pid))
         assert.equal("running", load "noisy".status)
      end)

      it("lets neap run -it be left by keys, and what it ran go on", function()
         local screen <close>, pid = stopped(RUN)
         await_stall(pid)
         screen:write "xy"

         assert.matches("status 0\r\n$", shown(screen, pid))
         assert.equal("running", logged.keep(load "box").status)
         local heard = commands.sh "$0 attach --no-stdin box | head -c 1000000 | wc -c"
         assert.equal("1000000\n", heard.stdout)
      end)

      it("lets neap run -it pass signals on, and end with what it ran", function()
         local screen <close>, pid = stopped(RUN)
         await_stall(pid)
         shell.run { "/bin/sh", "-c", "kill -TERM " .. pid }

         assert.matches("status 7\r\n$", shown(screen, pid))
         assert.equal("not_found", select(2, client:load "box").code)
      end)

      it("lets neap exec -it be left by keys, and what it ran go on", function()
         local container = logged.create { "sleep", "1000" }
         local task = assert(container:start())
         local screen <close>, pid = stopped(([[exec -it %s %s sh -c '%s']]):format(
            LEAVE, container.id, NOISY))
         await_stall(pid)
         screen:write "xy"

         assert.matches("status 0\r\n$", shown(screen, pid))
         local before = written(container)
         live.wait_until(function() return written(container) > before + 1000000 end)

         local own = container.labels["neap.bundle"]
         local function reader() return (table.concat(fs.list(own), " "):match "%S+%-reader") end
         assert.is_true(fs.is_read(own .. "/" .. reader()))
         assert(task:exec { args = { "killall", "yes", "sh" } }):wait()
         live.wait_until(function() return not reader() end)
      end)
   end)
end)
