-- Execs, and what went wrong with them elsewhere (reference, section 4).

local live = require "support.live"
local lfs = require "lfs"
local neap = require "neap"

describe("an exec", function()
   local client, container, task

   before_each(function()
      client = live.client()
      container = client:create { rootfs = live.rootfs(), args = { "sleep", "1000" } }
      task = container:start()
   end)
   after_each(function()
      container:delete { force = true }
      client:close()
   end)

   local function names_in_bundle()
      local names = {}
      for name in lfs.dir(container.labels["neap.bundle"]) do
         if name ~= "." and name ~= ".." then names[#names + 1] = name end
      end
      return names
   end

   it("has the container's environment, and its own", function()
      local process = task:exec { args = { "sh", "-c", "echo $A $PATH; pwd; id -u; exit 23" },
         env = { A = "b" }, cwd = "/tmp", user = 7, stdout = "pipe" }
      assert.equal(23, process:wait().code)
      local lines = {}
      for line in process:lines() do lines[#lines + 1] = line end
      assert.matches("^b /.*bin", lines[1])
      assert.same({ "/tmp", "7" }, { lines[2], lines[3] })
      assert.equal(23, process:delete().code)
   end)

   it("runs as a user whom the root directory names, and as no other", function()
      local root = live.fresh_rootfs()
      os.execute("mkdir -p " .. root .. "/etc")
      local file <close> = assert(io.open(root .. "/etc/passwd", "w"))
      file:write "bob:x:1234:55::/:/bin/sh\n"
      file:close()
      local other = client:create { rootfs = root, args = { "sleep", "1000" }, user = "bob" }
      local process = other:start():exec {
         args = { "sh", "-c", "id -u; id -g" }, user = "bob", stdout = "pipe",
      }
      assert.equal("1234\n55\n", process:read "a")
      local nobody, err = other:task():exec { args = { "id" }, user = "eve" }
      assert.is_nil(nobody)
      assert.equal("invalid_argument", err.code)
      assert.is_true(other:delete { force = true })
   end)

   it("sees its input end, however soon it is closed", function()
      for _ = 1, 3 do
         local process = task:exec { args = { "sh", "-c", "cat && echo closed" },
            stdin = "pipe", stdout = "pipe" }
         process:close_stdin()
         assert.equal("closed\n", process:read "a")
         assert.equal(0, process:wait { timeout = 10 }.code)
         process:delete()
      end
      local process = task:exec { args = { "cat" }, stdin = function() return nil end,
         stdout = "pipe" }
      assert.equal("", process:read "a")
      process:wait()
   end)

   it("loses no output at its exit", function()
      for _, size in ipairs { 2 ^ 20 - 1, 2 ^ 20, 2 ^ 20 + 1 } do
         local got = 0
         local process = task:exec {
            args = { "head", "-c", ("%d"):format(size), "/dev/zero" },
            stdout = function(bytes) got = got + #(bytes or "") end,
         }
         local exit, err = process:wait()
         if not exit then error(err) end
         assert.same({ 0, nil }, { exit.code, exit.truncated })
         assert.equal(size, got)
         process:delete()
      end
   end)

   it("that cannot start leaves nothing, and its id is free again", function()
      local process, err = task:exec { id = "x", args = { "/nowhere" }, stdout = "pipe" }
      assert.is_nil(process)
      assert.same({ "x", 127 }, { "x", err.status })
      assert.same({}, names_in_bundle())
      assert.equal("not_found", select(2, task:process "x").code)
      process = task:exec { id = "x", args = { "true" } }
      assert.equal(0, process:wait().code)
      assert.equal(0, process:delete().code)
   end)

   it("that ended costs nothing to refuse", function()
      local process = task:exec { args = { "true" }, stdin = "pipe" }
      process:wait()
      local calls, ok, err = live.count(function() return process:kill "TERM" end)
      assert.same({}, calls)
      assert.is_nil(ok)
      assert.equal("not_found", err.code)
      assert.equal("failed_precondition", select(2, process:write "x").code)
   end)

   it("runs beside 49 others", function()
      local jobs = {}
      for i = 1, 50 do
         jobs[i] = function()
            local process, err = task:exec { args = { "sh", "-c", "exit " .. i } }
            if not process then error(err) end
            local exit = process:wait { timeout = 60 }
            process:delete()
            return exit.code
         end
      end
      local codes, err = neap.all(jobs)
      if not codes then error(err) end
      for i = 1, 50 do assert.equal(i, codes[i]) end
      assert.same({}, names_in_bundle())
   end)

   it("that was never started is not waited for for ever, and can be deleted", function()
      assert(client:call("containerd.services.tasks.v1.Tasks/Exec", {
         container_id = container.id, exec_id = "idle", spec = {
            type_url = "types.containerd.io/opencontainers/runtime-spec/1/Process",
            value = [[{"args":["true"],"cwd":"/","user":{"uid":0,"gid":0}}]] },
      }))
      local process = task:process "idle"
      assert.same({ 0, "created" }, { process.pid, process:status() })
      assert.equal("deadline_exceeded", select(2, process:wait { timeout = 0.05 }).code)
      local waiting = neap.spawn(process.wait, process)
      neap.sleep(0)
      assert.is_true(process:delete()) -- there is no exit to tell, and no 0
      assert.equal("not_found", select(2, waiting:join()).code)
      assert.equal("not_found", select(2, process:wait()).code)
      assert.equal("not_found", select(2, task:process "idle").code)
   end)

   it("ends with its task", function()
      local process = task:exec { args = { "sleep", "1000" } }
      task:kill "KILL"
      assert.equal(137, process:wait { timeout = 10 }.code)
      assert.equal(137, task:wait().code)
      local _, err = task:exec { args = { "true" } }
      assert.equal("failed_precondition", err.code)
   end)

   it("while its container is being deleted is refused, or ends with it", function()
      local deletion = neap.spawn(function() return container:delete { force = true } end)
      local fibers = {}
      for i = 1, 5 do
         fibers[i] = neap.spawn(function()
            local process, err = task:exec { args = { "sleep", "1000" } }
            if not process then return err.code end
            return process:wait { timeout = 20 } and "ended"
         end)
      end
      assert.is_true(deletion:join())
      local allowed = { ended = true, not_found = true, failed_precondition = true,
         unknown = true, unavailable = true } -- its shim may be gone by then
      for _, fiber in ipairs(fibers) do
         local how = fiber:join()
         assert.is_true(allowed[how], how)
      end
      assert.equal("not_found", select(2, client:load(container.id)).code)
   end)

   it("has a terminal of its own", function()
      local process = task:exec { args = { "sh", "-c", "tty; stty size" }, terminal = true,
         stdin = "pipe", stdout = "pipe" }
      assert.matches("/dev/pts/0", process:read "a", 1, true)
      assert.equal(0, process:wait().code)
      process:delete()
      assert.equal("invalid_argument",
         select(2, task:exec { args = { "true" }, terminal = true, stderr = "pipe" }).code)
   end)
end)
