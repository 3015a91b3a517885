-- What a process is given, as it sees it itself.

local live = require "support.live"
local shell = require "support.shell"

describe("a process is given", function()
   local client

   setup(function() client = live.client() end)
   teardown(function() client:close() end)

   local function file(text)
      local path = live.path "env"
      local opened <close> = assert(io.open(path, "wb"))
      opened:write(text)
      return path
   end

   local function run(script, fields)
      fields.rootfs, fields.args = live.rootfs(), { "sh", "-c", script }
      local result, err = client:run(fields)
      if not result then error(err) end
      return result.stdout
   end

   it("variables of files and its own, and names", function()
      local seen = run("echo $A:$B:$C; hostname; cat /proc/sys/kernel/domainname", {
         env_file = { file "A=1\nB=1\n# no\nC=ü=2\r\n", file "B=2\n" }, env = { "A=3" },
         hostname = "box", domainname = "example.org",
      })
      assert.equal("3:2:ü=2\nbox\nexample.org\n", seen)
   end)

   it("a terminal of a size, from the first look on", function()
      local size = { width = 133, height = 37 }
      local container, err = client:create {
         rootfs = live.rootfs(), args = { "sh", "-c", "stty size; cat" },
         terminal = true, console_size = size,
      }
      if not container then error(err) end
      local task = container:start { stdin = "pipe", stdout = "pipe" }
      assert.matches("^37 133", task:read "l")

      local process, unstarted = task:exec {
         args = { "sh", "-c", "stty size; echo $X" }, terminal = true, stdout = "pipe",
         console_size = { width = 99, height = 11 }, env_file = file "X=of the file",
      }
      if not process then error(unstarted) end
      assert.matches("^11 99", process:read "l")
      assert.matches("^of the file", process:read "l")
      container:delete { force = true }
   end)

   it("what docker's words say", function()
      local result = shell.run { live.program, "--address", live.address, "--namespace",
         live.namespace, "run", "--rootfs", live.rootfs(), "--env-file", file "A=1\nHOME\n",
         "--domainname", "example.org", "-h", "box",
         "sh", "-c", "echo $A $HOME; hostname; cat /proc/sys/kernel/domainname" }
      assert.equal(("1 %s\nbox\nexample.org\n"):format(os.getenv "HOME"), result.stdout)

      result = shell.run { live.program, "--address", live.address, "--namespace",
         live.namespace, "run", "--rootfs", live.rootfs(), "--env-file", "/no/such", "true" }
      assert.equal(125, result.code)
      assert.matches('--env-file: "/no/such" does not exist', result.stderr, 1, true)
   end)

   it("variables of a FIFO, which may be given up", function()
      local container = client:create { rootfs = live.rootfs(), args = { "sleep", "1000" } }
      assert(container:start())
      local fifo = live.path "fifo"
      assert(os.execute("mkfifo " .. fifo))
      local function start()
         return shell.start({ live.program, "--address", live.address, "--namespace",
            live.namespace, "exec", "-e", "B=2", "--env-file", fifo, container.id, "sh", "-c",
            "echo $A $B" }, { timeout = 20 })
      end
      local read <close> = start()
      local writer = assert(io.open(fifo, "w")) -- which waits for the reader
      writer:write "A=1\nB=1\n"
      writer:close()
      assert.equal("1 2\n", read:wait().stdout)

      local given_up <close> = start()
      local _silent <close> = assert(io.open(fifo, "w"))
      given_up:kill "sigint"
      assert.equal(130, given_up:wait().code)
      container:delete { force = true }
   end)

   it("no more than the kernel takes, whatever file it is in", function()
      local large = {}
      for i = 1, 100 do large[i] = ("A%d=%s"):format(i, ("x"):rep(100000)) end
      local rows = {
         { table.concat(large, "\n"), "env_file: .*it has more than 6291456 bytes" },
         { table.concat(large, "\n", 1, 62), "args and env have 6%d+ bytes together" },
         { "A=\0", 'line 1: "A=\\x00" contains NUL' },
      }
      local records = live.ctr("containers", "list", "--quiet")
      for _, row in ipairs(rows) do
         local result, err = client:run {
            rootfs = live.rootfs(), args = { "true" }, env_file = file(row[1]),
            env = { "MORE=" .. ("x"):rep(100000) },
         }
         assert.is_nil(result)
         assert.equal("invalid_argument", err.code)
         assert.matches(row[2], err.message)
      end
      assert.equal(records, live.ctr("containers", "list", "--quiet"))
   end)

   it("lists that are empty as lists", function()
      local lists = { "env", "groups", "masked_paths", "readonly_paths", "cap_add", "ulimits" }
      local fields = { mounts = {
         { destination = "/mnt", type = "tmpfs", source = "tmpfs", options = {} },
      } }
      for _, name in ipairs(lists) do fields[name] = {} end
      assert.equal("tmpfs\n", run("grep ' /mnt ' /proc/mounts | cut -d ' ' -f 3", fields))
   end)

   it("an entrypoint before its arguments, and shared memory of a size", function()
      local result = assert(client:run {
         rootfs = live.rootfs(), entrypoint = { "sh", "-x" }, shm_size = "3m",
         args = { "-c", "set -- $(df -k /dev/shm | tail -1); exit $(($2 / 1024))" },
      })
      assert.equal(3, result.code)
      assert.matches("%+ exit 3\n$", result.stderr)
   end)

   it("parameters of its own namespaces, and those alone", function()
      assert.equal("1\n7\n", run(
         "cat /proc/sys/net/ipv4/ip_forward /proc/sys/fs/mqueue/queues_max", {
            sysctl = { ["net/ipv4/ip_forward"] = "1", ["fs.mqueue.queues_max"] = "7" },
         }))
      for name, where in pairs {
         ["vm.swappiness"] = "machine's", ["kernel/panic"] = "machine's",
         ["net.core.somaxconn"] = "whole machine",
      } do
         local result, err = client:run {
            rootfs = live.rootfs(), args = { "true" }, sysctl = { [name] = "1" }, network = "host",
         }
         assert.is_nil(result)
         assert.equal("invalid_argument", err.code)
         assert.matches(name, err.message, 1, true)
         assert.matches(where, err.message, 1, true)
      end
   end)
end)
