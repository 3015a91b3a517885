-- Whatever end is closed, at whatever moment: who waits is answered, no SIGPIPE
-- comes (it would end this program), and nothing is left.

local live = require "support.live"
local neap = require "neap"

local MOMENTS <const> = { 0, 1, 2, 3, 5, 8, 20 } -- turns of the loop; more in soak
local rounds = tonumber(os.getenv "NEAP_SOAK") or 1
local CHUNK <const> = ("x"):rep(100000)

describe("closing", function()
   local client, container, task, before

   setup(function()
      client = live.client()
      assert(client:containers())
      container = client:create { rootfs = live.rootfs(), args = { "sleep", "100000" } }
      task = container:start()
      before = live.leftovers()
   end)
   teardown(function()
      container:delete { force = true }
      client:close()
   end)

   local function turns(count)
      for _ = 1, count do neap.sleep(0) end
   end

   local function exec(on, script, io)
      local config = { args = { "sh", "-c", script } }
      for name, value in pairs(io) do config[name] = value end
      local process, err = on:exec(config)
      if not process then error(err) end
      return process
   end

   --- Ends with a fiber that reads or writes on and on: what it was told.
   local function until_told(fn)
      return neap.spawn(function()
         while true do
            local ok, value, err = pcall(fn)
            if not ok or not value then return { ok, err and err.code or tostring(value) } end
         end
      end)
   end

   --- Bytes going round through `cat`: the process, and who writes and reads.
   local function traffic(on)
      local process = exec(on, "exec cat", { stdin = "pipe", stdout = "pipe" })
      return process, until_told(function() return process:write(CHUNK) end),
         until_told(function() return process:read() end)
   end

   local function each_moment(fn)
      for _ = 1, rounds do
         for _, moment in ipairs(MOMENTS) do
            fn(moment)
            assert.same(before, live.leftovers(before))
         end
      end
   end

   local function told(fiber)
      local answer, err = fiber:join { timeout = 20 }
      if not answer then error(err) end
      return answer
   end

   it("an input ends the process after what was written", function()
      each_moment(function(moment)
         local process, writer, reader = traffic(task)
         turns(moment)
         process:close_stdin()
         assert.same({ true, "failed_precondition" }, told(writer))
         assert.same({ true, "nil" }, told(reader))
         assert.equal(0, process:wait().code)
         process:delete()
      end)
   end)

   it("an output answers who reads it", function()
      each_moment(function(moment)
         local process, writer, reader = traffic(task)
         turns(moment)
         process.stdout:close()
         told(reader)
         process:kill "KILL"
         assert.same({ true, "failed_precondition" }, told(writer))
         assert.equal(137, process:wait().code)
         process:delete()
      end)
   end)

   it("an output lets the process go on, to nobody", function()
      each_moment(function(moment)
         local process = exec(task, "head -c 3000000 /dev/zero; echo on >&2; exit 5", {
            stdout = "pipe", stderr = "pipe",
         })
         local reader = until_told(function() return process:read() end)
         turns(moment)
         process.stdout:close()
         told(reader)
         assert.equal("on\n", process.stderr:read "a")
         assert.equal(5, process:wait().code)
         process:delete()
      end)
   end)

   it("by a signal, or by deletion, ends both ends", function()
      local ways = {
         function(process)
            process:kill "KILL"
            assert.equal(137, process:wait().code)
            process:delete()
         end,
         function(process) assert.equal(137, process:delete { force = true }.code) end,
      }
      for _, finish in ipairs(ways) do
         each_moment(function(moment)
            local process, writer, reader = traffic(task)
            turns(moment)
            finish(process)
            assert.same({ true, "failed_precondition" }, told(writer))
            assert.same({ true, "nil" }, told(reader))
         end)
      end
   end)

   it("the client answers everybody", function()
      each_moment(function(moment)
         local other = live.client()
         local process, writer, reader = traffic(other:load(container.id):task())
         turns(moment)
         local id = process.id
         other:close()
         told(writer)
         told(reader)
         assert.is_truthy(task:process(id):delete { force = true })
      end)
   end)

   it("the task ends its execs' streams", function()
      each_moment(function(moment)
         local own = client:create { rootfs = live.rootfs(), args = { "cat" } }
         local first = own:start { stdin = "pipe", stdout = "pipe" }
         local process, writer, reader = traffic(first)
         turns(moment)
         assert.is_true(own:delete { force = true })
         told(writer)
         told(reader)
         assert.equal("failed_precondition", select(2, first:write "x").code)
         assert.is_nil(first:read())
         assert.equal(137, process:wait().code)
      end)
   end)

   it("any stage of a pipe, or the pipe, ends all", function()
      each_moment(function(moment)
         for victim = 0, 3 do
            local stages = {}
            local function stage(i, script, stdout)
               return function(io)
                  io.stdout = io.stdout or stdout
                  stages[i] = exec(task, script, io)
                  return stages[i]
               end
            end
            local pipe = neap.spawn(neap.pipe, stage(1, "exec yes"), stage(2, "exec cat"),
               stage(3, "exec cat", function() end))
            while not stages[3] do neap.sleep(0) end
            turns(moment)
            if victim == 0 then pipe:cancel() else stages[victim]:kill "KILL" end
            local exits, err = pipe:join { timeout = 20 }
            if victim == 0 then
               assert.equal("cancelled", err.code)
            else
               if not exits then error(err) end
               assert.equal(137, exits[victim].code)
               for i, exit in ipairs(exits) do
                  assert.is_true(i >= victim or exit.code == 141 or exit.code == 0, exit.code)
                  stages[i]:delete()
               end
            end
         end
      end)
   end)
end)
