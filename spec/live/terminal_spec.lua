-- Terminals that people type at, driven as script(1) drives one: neap exec.

local commands = require "support.commands"
local live = require "support.live"
local shell = require "support.shell"

local neap, options, sh = commands.neap, commands.options, commands.sh

local function terminal(line)
   return shell.start(commands.terminal(line))
end

local KEYS <const> = "\16\17"

describe("neap exec", function()
   local client, task

   setup(function()
      client = live.client()
      local container = assert(client:create {
         id = "box", rootfs = live.rootfs(), args = { "sleep", "1000" },
      })
      task = assert(container:start())
   end)
   teardown(function()
      assert(task.container:delete { force = true })
      client:close()
   end)

   local function execs()
      local count = 0
      for _, process in ipairs(assert(task:processes())) do
         if process.exec_id then count = count + 1 end
      end
      return count
   end

   it("gives output and status of what it ran, in five calls, and leaves nothing", function()
      local result
      local calls = live.count(function()
         result = neap("exec", "box", "sh", "-c", "echo out; echo err >&2; exit 3")
      end)

      assert.same({ 3, "out\n", "err\n" }, { result.code, result.stdout, result.stderr })
      calls["Events/Subscribe"] = nil
      assert.same({
         ["Containers/Get"] = 1, ["Tasks/Get"] = 1, ["Tasks/Exec"] = 1, ["Tasks/Start"] = 1,
         ["Tasks/DeleteProcess"] = 1,
      }, calls)
      assert.equal(0, execs())
   end)

   it("passes docker's options on", function()
      local result = neap("exec", "-e", "A=1", "-w", "/tmp", "-u", "12:34", "box",
         "sh", "-c", "echo $A $PWD $(id -u) $(id -g)")

      assert.equal("1 /tmp 12 34\n", result.stdout)
   end)

   it("gives it standard input only with -i", function()
      assert.equal("in\n", sh("echo in | $0 exec -i box cat").stdout)
      assert.equal("", sh("echo in | $0 exec box cat").stdout)
   end)

   it("ends with who reads its output, and the container does not", function()
      local result = sh("{ $0 exec box yes; echo $? >&2; } | head -1")
      assert.same({ "y\n", "137\n" }, { result.stdout, result.stderr })
      assert.same({ "running", 0 }, { task:status(), execs() })
   end)

   it("says why it cannot, with a status of its own", function()
      for _, case in ipairs {
         { 127, "box", "nonexistent" }, { 126, "box", "/etc" }, { 125, "nobody", "true" },
         { 125, "box" }, { 125, "-t", "box", "true" },
         { 125, "--detach-keys", "x,", "box", "true" },
         { 143, "box", "sh", "-c", "kill -TERM $$" },
      } do
         assert.same({ case[1], "" }, (function(result)
            return { result.code, result.stdout }
         end)(neap("exec", table.unpack(case, 2))))
      end
   end)

   it("passes signals on, and ends what it ran", function()
      local process <close> = shell.start({
         shell.program, "exec", "box", "sh", "-c",
         "trap 'echo got; exit 9' TERM; echo ready; while :; do sleep 0.02; done",
      }, options())
      process:await "ready"
      process:kill "sigterm"

      assert.equal(9, process:wait().code)
   end)

   it("leaves what it detached from the start", function()
      assert.equal(0, neap("exec", "-d", "box", "sh", "-c", "echo; exec sleep 77").code)
      assert.equal(1, execs())
      assert.equal(0, neap("exec", "box", "killall", "sleep").code)
   end)

   describe("-it", function()
      it("shows its terminal, takes what is typed, and gives its status", function()
         local screen <close> = terminal [["$neap" exec -it box sh -c '
            tty; read line; echo "got $line"; exit 5'; echo "status $?"]]
         screen:await "/dev/pts/"
         screen:write "hello\n"
         screen:await "got hello"

         assert.matches("status 5\r\n", screen:wait().stdout)
      end)

      it("follows the terminal's size", function()
         local screen <close> = terminal [[
            (until [ -e "$NEAP_TEST_DIR/go" ]; do sleep 0.01; done
               stty rows 40 cols 120) </dev/tty &
            "$neap" exec -it box sh -c 'until [ "$(stty size)" = "30 100" ]; do sleep 0.01; done
               echo first; until [ "$(stty size)" = "40 120" ]; do sleep 0.01; done; echo second']]
         screen:await "first"
         assert(io.open(live.dir .. "/go", "w")):close()

         assert.matches("second\r\n", screen:wait().stdout)
      end)

      it("is left by the detach keys, and goes on", function()
         local before = execs()
         local screen <close> = terminal [[before=$(stty -g)
            "$neap" exec -it box sh; echo "status $?"; [ "$(stty -g)" = "$before" ] && echo same]]
         screen:await "# "
         screen:write "echo a''b\n"
         screen:await "ab"
         screen:write(KEYS)

         local shown = screen:wait().stdout
         assert.matches("left .* of container box running\r\nstatus 0\r\nsame\r\n", shown)
         assert.equal(before + 1, execs())
         assert.equal(0, neap("exec", "box", "killall", "-KILL", "sh").code)
         live.wait_until(function() return execs() == before end)
      end)

      it("sends on keys that only began like them, and takes other ones", function()
         local screen <close> = terminal [[
            "$neap" exec -it --detach-keys a,a,b box sh -c 'stty raw -echo; echo ready
               dd bs=1 count=5 2>/dev/null | od -An -c; cat >/dev/null'; echo "status $?"]]
         screen:await "ready"
         screen:write "aaacx"
         screen:await "a   a   a   c   x"
         screen:write "aaab"

         assert.matches("left .* of container box running\r?\nstatus 0", screen:wait().stdout)
         assert.equal(0, neap("exec", "box", "killall", "cat").code)
      end)

      it("restores the terminal on every way out", function()
         for _, line in ipairs {
            '"$neap" exec -it box sh -c "exit 3"', '"$neap" exec -it box nonexistent',
            '"$neap" exec -it box sh -c "kill -9 \\$\\$"',
         } do
            local screen <close> = terminal(
               "before=$(stty -g); " .. line .. '; [ "$(stty -g)" = "$before" ] && echo same')

            assert.matches("same\r\n", screen:wait().stdout)
         end
      end)
   end)
end)
