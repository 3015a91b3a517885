-- Terminals that come and go: neap attach, and neap run -it that is left.

local commands = require "support.commands"
local defaults = require "neap.defaults"
local live = require "support.live"
local logged = require "support.logged"
local logger = require "neap.logs.logger"
local shell = require "support.shell"
local uv = require "luv"

local neap, sh = commands.neap, commands.sh

local function terminal(line)
   return shell.start(commands.terminal(line))
end

local KEYS <const> = "\16\17"

--- Says its lines again, which a terminal's echo does not.
local ECHO <const> = [[echo ready; while read line; do echo "got $line"; done; exit 5]]

--- Attach on a terminal; what it shows ends with "status N", and "same" where the
--- terminal is as it was.
local function attached(id, options)
   return terminal(([[before=$(stty -g); "$neap" attach %s %s; echo "status $?"
      [ "$(stty -g)" = "$before" ] && echo same]]):format(options or "", id))
end

describe("neap attach", function()
   local client

   setup(function() client = logged.begin() end)
   teardown(logged.finish)
   after_each(logged.remove)

   --- Run a container in the background, with a terminal.
   local function run(id, script, options)
      local result = sh(([[$0 run -di %s --name %s --rootfs $1 sh -c '%s']]):format(
         options or "-t", id, script))
      assert.same({ 0, id .. "\n", "" }, { result.code, result.stdout, result.stderr })
      return logged.keep(assert(client:load(id)))
   end

   --- How many are connected to a container's logger.
   local function watchers(id)
      local tap = assert(client:load(id)).labels["neap.bundle"] .. "/tap"
      local count = 0
      for line in io.lines "/proc/net/unix" do
         if line:sub(-#tap - 1) == " " .. tap and not line:find " 00010000 " then
            count = count + 1
         end
      end
      return count
   end

   local function state_of(pid)
      local file <close> = assert(io.open("/proc/" .. pid .. "/stat"))
      return file:read("a"):match "%) (%a)"
   end

   --- Type a line at one screen, and see it at all of them. Who types has been attached
   --- before; whether another has can only be told by its typing.
   local function say(text, at, screens)
      at:write(text .. "\n")
      for _, screen in ipairs(screens) do screen:await("got " .. text) end
   end

   it("shows several terminals everything, and takes what any of them types", function()
      run("many", ECHO)
      local one <close> = attached "many"
      one:await "ready"
      local two <close> = attached "many"
      local three <close> = attached "many"
      say("first", two, { one, two })
      say("second", three, { one, two, three })
      say("again", one, { one, two, three })
      two:write(KEYS)
      assert.matches("neap: left container many running\r\nstatus 0\r\nsame\r\n$",
         two:wait().stdout)
      say("fourth", one, { one, three })

      one:write "\4"
      for _, screen in ipairs { one, three } do
         assert.matches("status 5\r\nsame\r\n$", screen:wait().stdout)
      end
   end)

   it("shows what came since somebody looked, and no more than is kept", function()
      local container = run("again", ECHO)
      local one <close> = attached "again"
      one:await "ready"
      one:write(KEYS)
      one:wait()
      local task = assert(container:task())
      assert(task:attach { stdin = "pipe" })
      assert(task:write "unseen\n")
      live.wait_until(function() return neap("logs", "again").stdout:find "got unseen" end)

      local two <close> = attached "again"
      two:await "got unseen"
      assert.is_nil(two.stdout:find "ready")
      assert(task:write(("x"):rep(100):gsub("x", "line\n") .. "last\n"))
      two:await "got last"
      two:write(KEYS)
      two:wait()
   end)

   it("is bounded in what it shows by the log's backlog", function()
      local container = logged.create({ "sh", "-c", "seq 1 20000; echo end; sleep 1000" },
         { log = { backlog = "1k" } })
      assert(container:start())
      live.wait_until(function()
         local last = assert(container:logs { tail = 1 }):read()
         return last and last.line == "end"
      end)

      local one <close> = attached(container.id, "--no-stdin")
      one:await "19999\r\n20000\r\nend"
      local _, lines = one.stdout:gsub("\n", "")
      assert.is_true(lines < 400, lines)
      assert.matches("%d bytes of output are not shown", one.stdout)
   end)

   it("is left by other keys where they are given, and sends ctrl-p on then", function()
      run("keys", "stty raw -echo; echo ready; dd bs=1 count=3 2>/dev/null | od -An -c; cat")
      local one <close> = attached("keys", "--detach-keys x,y")
      one:await "ready"
      one:write(KEYS .. "xx")
      one:await "020 021   x"
      one:write "y"

      assert.matches("status 0\r\nsame\r\n$", one:wait().stdout)
      assert.equal(1, neap("attach", "--detach-keys", "x,", "keys").code)
   end)

   it("restores the terminal when the container is removed, and ends with its terminal", function()
      local container = run("gone", ECHO)
      local one <close> = attached "gone"
      one:await "ready" -- is shown to who comes first
      local two <close> = attached "gone"
      live.wait_until(function() return watchers "gone" == 2 end)
      two:kill "sigkill"
      live.wait_until(function() return watchers "gone" == 1 end)
      say("here", one, { one })

      assert(container:delete { force = true })
      assert.matches("status 137\r\nsame\r\n$", one:wait().stdout)
   end)

   it("follows the terminal's size", function()
      run("size", [[until [ "$(stty size)" = "30 100" ]; do sleep 0.01; done; echo first
         until [ "$(stty size)" = "40 120" ]; do sleep 0.01; done; echo second]])
      local one <close> = terminal [[
         (until [ -e "$NEAP_TEST_DIR/go" ]; do sleep 0.01; done
            stty rows 40 cols 120) </dev/tty &
         "$neap" attach size]]
      one:await "first"
      assert(io.open(live.dir .. "/go", "w")):close()

      assert.matches("second\r\n", one:wait().stdout)
   end)

   it("gets back to what neap run -it was left in", function()
      local one <close> = terminal(([["$neap" run -it --name left --rootfs $1 sh -c '%s'
         echo "status $?"]]):format(ECHO))
      one:await "ready"
      one:write(KEYS)
      assert.matches("left container left running\r\nstatus 0\r\n", one:wait().stdout)
      logged.keep(assert(client:load "left"))

      local two <close> = attached "left"
      say("back", two, { two })
      two:write "\4"
      assert.matches("status 5\r\nsame\r\n$", two:wait().stdout)
   end)

   it("needs no terminal, and keeps the outputs apart", function()
      run("plain", [[read x; echo "out $x"; echo "err $x" >&2; sleep 0.1; exit 3]], "")
      local result = sh "echo in | $0 attach plain"
      assert.same({ 3, "out in\n", "err in\n" }, { result.code, result.stdout, result.stderr })
   end)

   it("leaves what it shows when nobody reads that, or it cannot be written", function()
      run("reader", "while :; do echo x; sleep 0.05; done", "")

      assert.equal("x\nx\n", sh("$0 attach reader | head -2").stdout)
      assert.equal(1, sh("$0 attach --no-stdin reader >/dev/full").code)
      assert.equal("running", assert(client:load "reader").status)
   end)

   it("passes INT and TERM on once, and is left by the second", function()
      run("stubborn", [[trap "echo int" INT; trap "echo term" TERM; echo ready
         sleep 1000 & while :; do wait; done]], "")
      for first, second in pairs { int = "term", term = "int" } do
         local one <close> = shell.start({ shell.program, "attach", "--no-stdin", "stubborn" },
            commands.options { timeout = 10 })
         live.wait_until(function() return watchers "stubborn" == 1 end)
         one:kill("sig" .. first)
         one:await(first .. "\n")
         one:kill("sig" .. second)
         local result = one:wait()

         assert.same({ 0, "neap: left container stubborn running\n" },
            { result.code, result.stderr })
         assert.is_nil(result.stdout:find(second .. "\n", 1, true))
         -- Its logger notices later, and the next is not to be taken for this one.
         live.wait_until(function() return watchers "stubborn" == 0 end)
      end
      assert.equal("running", assert(client:load "stubborn").status)
   end)

   it("gives all that comes once it is attached, for its logger knows by then", function()
      local container = run("late", ECHO)
      local own, task = container.labels["neap.bundle"], assert(container:task())
      local pid = assert(logger.pid(own))
      live.wait_until(function() return watchers "late" == 0 end) -- that was a connection
      assert(uv.kill(pid, "sigstop"))
      live.wait_until(function() return state_of(pid) == "T" end)

      local is_attached = false
      local attaching = require "neap".spawn(function()
         assert(task:attach { stdout = function() end })
         is_attached = true
      end)
      live.wait_until(function() return watchers "late" == 1 end)
      assert(client:load "late")
      local was_early = is_attached
      assert(uv.kill(pid, "sigcont"))
      attaching:join()

      assert.same({ false, true }, { was_early, is_attached })
   end)

   it("says so when a logger does not answer", function()
      local container = run("hung", ECHO)
      local pid = assert(logger.pid(container.labels["neap.bundle"]))
      local timeout = defaults.logger_timeout
      assert(uv.kill(pid, "sigstop"))
      live.wait_until(function() return state_of(pid) == "T" end)

      defaults.logger_timeout = 0.1
      local ok, err = assert(container:task()):attach { stdout = function() end }
      defaults.logger_timeout = timeout
      assert(uv.kill(pid, "sigcont"))

      assert.is_nil(ok)
      assert.same({ "deadline_exceeded", "process.attach" }, { err.code, err.op })
   end)

   it("says what to do about a container whose streams have another reader", function()
      local one <close> = shell.start({ shell.program, "run", "--name", "held", "--rootfs",
         live.rootfs(), "sh", "-c", "echo ready; exec sleep 1000" }, commands.options())
      one:await "ready"
      local result = neap("attach", "held")
      assert(client:load "held"):task():kill "KILL"
      one:wait()

      assert.same({ 1, "" }, { result.code, result.stdout })
      assert.matches("reads its streams already %(it was started without a log: use run %-d, "
         .. "run %-it or run %-%-log%-driver%)\n$", result.stderr)
   end)

   it("says what there is nothing to attach to", function()
      local ended = logged.create { "true" }
      assert(assert(ended:start()):wait())
      local unlogged = logged.create({ "sleep", "1000" }, { log = "none" })
      assert(unlogged:start { stdout = function() end })
      local never = logged.create { "true" }

      for id, why in pairs {
         nobody = "not_found", [ended.id] = "does not run", [never.id] = "does not run",
         [unlogged.id] = "failed_precondition",
      } do
         local result = neap("attach", id)
         assert.same({ 1, "" }, { result.code, result.stdout }, id)
         assert.matches(why, result.stderr)
      end
   end)
end)

describe("neap run --log-driver", function()
   it("ends quietly, and what it ran, when nobody reads its output", function()
      for _, keep in ipairs { "", "--keep" } do
         local result = sh(([[exec 3>&1
            { $0 run %s --name unheard --log-driver json-file --rootfs $1 \
               sh -c 'while :; do echo x; sleep 0.05; done'; echo "status $?" >&3; } |
            head -1]]):format(keep))

         assert.same({ "x\nstatus 141\n", "" }, { result.stdout, result.stderr })
         assert.equal("", neap("ps", "-q").stdout)
      end
      local client <close> = live.client()
      assert(assert(client:load "unheard"):delete { force = true })
   end)
end)

describe("neap run -it", function()
   it("ends what it ran when nobody reads its output", function()
      local one <close> = terminal [["$neap" run -it --name unread --rootfs $1 \
         sh -c 'while :; do echo x; sleep 0.05; done' | head -2; echo over]]
      one:await "over"
      live.wait_until(function() return neap("ps", "-aq").stdout == "" end)
   end)
end)
