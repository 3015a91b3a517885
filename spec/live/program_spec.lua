-- The program's commands on a real containerd.

local commands = require "support.commands"
local live = require "support.live"
local shell = require "support.shell"

local neap, options, sh = commands.neap, commands.options, commands.sh

local function run(...)
   return neap("run", "--rootfs", live.rootfs(), ...)
end

local function on_terminal(line)
   local process <close> = shell.start(commands.terminal(line))
   return process:wait()
end

describe("neap run", function()
   local before

   setup(function()
      neap "ps"
      before = live.leftovers()
   end)
   after_each(function() assert.same(before, live.leftovers(before)) end)

   it("gives output and status of what it ran", function()
      local result = run("sh", "-c", "echo out; echo err >&2; exit 3")

      assert.equal("out\n", result.stdout)
      assert.equal("err\n", result.stderr)
      assert.equal(3, result.code)
   end)

   it("takes five calls", function()
      local calls = live.count(function() assert.equal(0, run("true").code) end)

      calls["Events/Subscribe"] = nil
      assert.same({
         ["Containers/Create"] = 1, ["Tasks/Create"] = 1, ["Tasks/Start"] = 1,
         ["Tasks/Delete"] = 1, ["Containers/Delete"] = 1,
      }, calls)
   end)

   it("says 127 for what is not there, 126 for what cannot be run, 128+n for a signal",
      function()
         for _, case in ipairs {
            { 127, "nonexistent" }, { 126, "/etc" }, { 128 + 15, "sh", "-c", "kill -TERM $$" },
            { 125, "-v", "/nonexistent:/x", "true" }, { 125, "-w", "relative", "true" },
         } do
            local result = run(table.unpack(case, 2))

            -- The first process of a container gets no signal it has not asked for.
            if case[1] == 143 then result = run("sh", "-c", "sh -c 'kill -TERM $$'; exit $?") end
            assert.equal(case[1], result.code)
         end
      end)

   it("passes docker's options on", function()
      local result = run("-e", "A=1", "-w", "/tmp", "-h", "name", "-u", "12:34", "-v",
         live.rootfs() .. ":/other:ro", "--name", "known", "--", "sh", "-c",
         "echo $A $PWD $(hostname) $(id -u) $(id -g); ls /other/bin/sh; touch /other/x")

      assert.equal("1 /tmp name 12 34\n/other/bin/sh\n", result.stdout)
      assert.matches("Read%-only", result.stderr)
   end)

   it("gives it standard input only with -i", function()
      assert.equal("in\n", sh("echo in | $0 run -i --rootfs $1 cat").stdout)
      assert.equal("", sh("echo in | $0 run --rootfs $1 cat").stdout)
      assert.equal("", sh("$0 run -i --rootfs $1 cat <&-").stdout)
   end)

   it("copies what is large, both ways", function()
      local result = sh [[head -c 3000000 /dev/urandom >$1/tmp/data
         $0 run -i --rootfs $1 cat <$1/tmp/data | cmp - $1/tmp/data
         $0 run -i --rootfs $1 cmp - /tmp/data <$1/tmp/data && rm $1/tmp/data]]

      assert.same({ code = 0, signal = 0, stdout = "", stderr = "" }, result)
   end)

   for _, name in ipairs { "INT", "TERM", "HUP", "USR1", "QUIT" } do
      it("passes " .. name .. " on, as often as it comes", function()
         local process <close> = shell.start({
            shell.program, "run", "--rootfs", live.rootfs(), "sh", "-c",
            ("n=0; trap 'n=$((n+1)); echo got $n; [ $n = 2 ] && exit 9' %s; echo ready; "
               .. "while :; do sleep 0.02; done"):format(name),
         }, options())
         process:await "ready"
         process:kill("sig" .. name:lower())
         process:await "got 1"
         process:kill("sig" .. name:lower())

         assert.equal(9, process:wait().code)
      end)
   end

   it("ends with who reads its output, once it has more to say", function()
      for _, to in ipairs { "", "2>&1 >/dev/null" } do
         local result = sh(("{ $0 run --rootfs $1 sh -c 'yes %s'; echo $? >&3; } 3>&2 %s | head -1")
            :format(to == "" and "" or ">&2", to))
         assert.same({ "y\n", "137\n" }, { result.stdout, result.stderr })
      end
      local result = sh [[{ $0 run --rootfs $1 sh -c 'echo a
         until [ -e /tmp/go ]; do sleep 0.01; done; exit 7'; echo $? >&2; } |
         { head -1; exec <&-; touch $1/tmp/go; }; rm $1/tmp/go]]
      assert.same({ "a\n", "7\n" }, { result.stdout, result.stderr })
   end)

   it("leaves the container with --keep", function()
      assert.equal(3, run("--name", "kept", "--keep", "sh", "-c", "exit 3").code)
      finally(function() neap("-e", [[
         local client <close> = require "neap".connect {}
         assert(assert(client:load "kept"):delete { force = true })
      ]]) end)

      assert.equal("", neap("ps", "-q").stdout)
      assert.matches("kept +stopped %(3%) +%- ", neap("ps", "-a").stdout)
      assert.equal(125, run("--name", "kept", "true").code)
   end)

   it("leaves it running with -d, and prints its id", function()
      local result = run("-d", "--name", "away", "sleep", "1000")
      finally(function() neap("-e", [[
         local client <close> = require "neap".connect {}
         assert(assert(client:load "away"):delete { force = true })
      ]]) end)

      assert.equal("away\n", result.stdout)
      assert.equal("away\n", neap("ps", "-q").stdout)
      assert.matches("^away%s+%d+%s+RUNNING", live.ctr("task", "ls"):match "\n(.*)")
   end)

   it("ends what it was about to start when it is told to", function()
      local process <close> = shell.start({ shell.program, "-e", [[
         local neap = require "neap"
         local client <close> = neap.connect {}
         neap.scope(function(scope)
            local container = scope:own(assert(client:create {
               rootfs = arg[1], args = { "sleep", "1000" },
            }))
            assert(container:start())
            print "ready"
            io.stdout:flush()
            neap.sleep(1000)
         end)
      ]], live.rootfs() }, options())
      process:await "ready"
      process:kill "sigterm"

      assert.equal(143, process:wait().code)
   end)
end)

describe("neap run -t", function()
   local before

   setup(function() before = live.leftovers() end)
   after_each(function() assert.same(before, live.leftovers(before)) end)

   it("shows the container's terminal, as large as its own", function()
      local result = on_terminal '"$neap" run -it --rootfs "$1" sh -c "stty size; tty"; echo $?'

      assert.matches("30 100\r\n/dev/pts/0\r\n0\r\n", result.stdout)
   end)

   it("follows its size", function()
      local result = on_terminal [[
         rm -f "$1/tmp/go"
         (until [ -e "$1/tmp/go" ]; do sleep 0.01; done; stty rows 40 cols 120) </dev/tty &
         "$neap" run -it --rootfs "$1" sh -c 'stty size; touch /tmp/go
            until [ "$(stty size)" = "40 120" ]; do sleep 0.01; done; stty size'
      ]]

      assert.matches("30 100\r\n.-40 120\r\n", result.stdout)
   end)

   it("ends at the last of many sizes", function()
      local result = on_terminal [[
         rm -f "$1/tmp/go"
         (until [ -e "$1/tmp/go" ]; do sleep 0.01; done
            for n in 41 42 43 44 45 46 47 48 49 50 51 52 53 54 55 56 57 58 59 60; do
               stty rows "$n" cols "1$n"
            done) </dev/tty &
         "$neap" run -it --rootfs "$1" sh -c 'touch /tmp/go
            until [ "$(stty size)" = "60 160" ]; do sleep 0.01; done; echo last'
      ]]

      assert.matches("last\r\n", result.stdout)
   end)

   it("restores its own on every way out", function()
      for _, line in ipairs {
         '"$neap" run -it --rootfs "$1" sh -c "exit 3"',
         '"$neap" run -it --rootfs "$1" nonexistent',
         '"$neap" run -it --rootfs "$1" sh -c "kill -9 1; sleep 1000" & wait',
      } do
         local result = on_terminal(
            'before=$(stty -g); ' .. line .. '; [ "$(stty -g)" = "$before" ] && echo same'
         )

         assert.matches("same\r\n", result.stdout)
      end
   end)
end)

describe("neap ps", function()
   it("takes two calls, and one line of JSON each", function()
      assert.equal("one\n", run("-d", "--name", "one", "sleep", "1000").stdout)
      finally(function() neap("-e", [[
         local client <close> = require "neap".connect {}
         assert(assert(client:load "one"):delete { force = true })
      ]]) end)

      local result
      local calls = live.count(function() result = neap("ps", "--json") end)

      assert.same({ ["Containers/ListStream"] = 1, ["Tasks/List"] = 1 }, calls)
      local row = require "neap.json".decode(result.stdout)
      assert.equal("one", row.id)
      assert.equal("running", row.status)
      assert.equal(live.rootfs(), row.rootfs)
   end)

   it("ends quietly when nobody reads", function()
      local result = sh "$0 ps | head -1"

      assert.matches("^ID +STATUS", result.stdout)
      assert.equal("", result.stderr)
   end)

   it("says that standard output is full", function()
      local result = sh "exec $0 ps >/dev/full"

      assert.equal(1, result.code)
      assert.matches("No space left on device", result.stderr, 1, true)
   end)

   it("shows nobody's control characters", function()
      local client <close> = live.client()
      assert(client:call("containerd.services.containers.v1.Containers/Create", {
         container = {
            id = "theirs", image = "\27[2J", runtime = { name = "io.containerd.runc.v2" },
            spec = { type_url = "x", value = "{}" },
         },
      }))
      finally(function() live.ctr("containers", "rm", "theirs") end)

      local result = neap("ps", "-a")

      assert.matches("theirs +none +%- +\\x1b%[2J ", result.stdout)
      assert.not_matches("\27", result.stdout, 1, true)
   end)
end)

describe("neap version", function()
   it("shows both versions", function()
      local result = neap "version"

      assert.matches("^neap +%d+%.%d+%.%d+\ncontainerd +1%.", result.stdout)
      assert.equal(0, result.code)
   end)
end)

describe("neap --trace", function()
   it("writes a JSON line for each call", function()
      local path = live.path "trace"

      shell.run({ shell.program, "--trace", path, "version" }, options())

      local line <const> = io.lines(path)()
      assert.matches("Version/Version", require "neap.json".decode(line).method, 1, true)
   end)
end)

describe("neap engine", function()
   it("starts one, uses it, refuses to stop while tasks run, and stops it", function()
      local dir = live.path "engine"
      local function engine(...)
         return shell.run({ shell.program, "--engine", dir, ... }, {
            env = { CONTAINERD_ADDRESS = false, CONTAINERD_NAMESPACE = live.namespace },
         })
      end
      finally(function() engine("engine", "stop", "--force") end)

      assert.matches("started the engine under " .. dir, engine("engine", "start").stdout, 1, true)
      assert.equal(0, engine("engine", "status").code)
      assert.equal("hi\n", engine("run", "--rootfs", live.rootfs(), "echo", "hi").stdout)
      assert.equal("x\n",
         engine("run", "-d", "--name", "x", "--rootfs", live.rootfs(), "sleep", "100").stdout)

      local refused = engine("engine", "stop")
      assert.equal(1, refused.code)
      assert.matches(live.namespace .. "/x", refused.stderr, 1, true)

      assert.equal(0, engine("engine", "stop", "--force").code)
      assert.equal(1, engine("engine", "status").code)

      local deleted = engine("-e", [[
         local client <close> = assert(require "neap".connect {})
         print(assert(client:load "x"):delete())
      ]])
      assert.same({ "true\n", "" }, { deleted.stdout, deleted.stderr })
   end)
end)
