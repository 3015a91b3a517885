-- Consumers beside a log, each with a policy of its own, on a real containerd: one that
-- stalls delays neither the log nor the others.

local commands = require "support.commands"
local gated = require "support.gate"
local live = require "support.live"
local logged = require "support.logged"
local neap = require "neap"
local shell = require "support.shell"

local LINES <const> = 100000
local EXPECTED <const> = (function()
   local lines = {}
   for i = 1, LINES do lines[i] = i .. "\n" end
   return table.concat(lines)
end)()

describe("consumers beside a log", function()
   local create = logged.create

   setup(function() logged.begin() end)
   teardown(logged.finish)
   after_each(logged.remove)

   local function numbers() return create { "seq", tostring(LINES) } end

   --- One that goes on until it is released: none of its output is then on its way.
   local function held()
      local hold, release = live.hold()
      return create { "sh", "-c", ("seq %d; %s"):format(LINES, hold) }, release
   end

   local function collector()
      local parts = {}
      return function(bytes) parts[#parts + 1] = bytes or "END" end,
         function() return table.concat(parts) end
   end

   --- Is every line in the log, once, in order?
   local function check_log(container)
      local count = 0
      for entry in assert(container:logs()) do
         count = count + 1
         if entry.log ~= count .. "\n" then
            error(("%q where %d was due"):format(entry.log, count))
         end
      end
      assert.equal(LINES, count)
   end

   it("are not delayed by one that drops, and what it missed is counted", function()
      local gate, container, release = gated(), held()
      local take, text = collector()
      local dropping = neap.sink.drop(gate.take, { buffer = "64k" })
      local task = assert(container:start { drain = 0.5, stdout = { dropping, "log", take } })
      live.wait_until(function() return text() == EXPECTED end)
      release()
      local exit = assert(task:wait())

      assert.same({ 0, nil }, { exit.code, exit.truncated })
      assert.is_true(text() == EXPECTED .. "END")
      assert.equal(0, gate.size)
      check_log(container)
      gate.open()
      live.wait_until(function() return gate.is_over end)
      local rest = table.concat(gate)
      assert.is_true(dropping:dropped() > 0 and #rest >= 65536)
      assert.equal(#EXPECTED, #rest + dropping:dropped())
      assert.is_true(EXPECTED:sub(-65536) == rest:sub(-65536))
   end)

   it("are not delayed by one that spills, which is waited for and gets all", function()
      local gate, container, take, text = gated(), numbers(), collector()
      local spilling = neap.sink.spill(gate.take, { buffer = "64k", dir = "/tmp" })
      local task = assert(container:start { drain = 30, stdout = { spilling, take, "log" } })
      local waiting = neap.spawn(function() return task:wait() end)
      live.wait_until(function() return text() == EXPECTED .. "END" end)

      assert.equal(0, gate.size)
      gate.open()
      local exit = assert(waiting:join())
      assert.same({ 0, nil, 0 }, { exit.code, exit.truncated, spilling:dropped() })
      assert.is_true(table.concat(gate) == EXPECTED and gate.is_over)
      check_log(container)
   end)

   it("that spill are missed when they do not end within the drain", function()
      local gate, container = gated(), create { "seq", "3" }
      local task = assert(container:start { drain = 0.1, stdout = { "log",
         neap.sink.spill(gate.take, { dir = "/tmp" }) } })

      assert.equal("drain", assert(task:wait()).truncated)
      gate.open()
      live.wait_until(function() return gate.is_over end)
   end)

   it("hold the container up that block, with as much as their buffer", function()
      local gate, container, take, text = gated(), numbers(), collector()
      local blocking = neap.sink.block(gate.take, { buffer = 4096 })
      local task = assert(container:start { stdout = { "log", take, blocking } })
      live.wait_until(function() return text() ~= "" end)
      assert.is_true(#text() < #EXPECTED)
      gate.open()
      assert.is_nil(assert(task:wait()).truncated)
      assert.is_true(text() == EXPECTED .. "END" and table.concat(gate) == EXPECTED)
   end)

   it("may be files and lists, with one policy around them", function()
      local path, container, take, text = live.path "beside", create { "seq", "2000" }, collector()
      local expected = EXPECTED:match "^.-\n2000\n"
      local task = assert(container:start {
         stdout = { "log", neap.sink.drop({ path, take }, { buffer = "1m" }) },
      })
      assert.is_nil(assert(task:wait()).truncated)
      local file <close> = assert(io.open(path))
      os.remove(path)
      assert.same({ expected, expected .. "END" }, { file:read "a", text() })
   end)

   it("may be the program's own output, beside others", function()
      local said = shell.run({ shell.program, "-e", [[
         local neap = require "neap"
         local client <close> = assert(neap.connect {})
         local size, container = 0, assert(client:create { rootfs = arg[1], log = "json-file",
            args = { "seq", arg[2] } })
         local task = assert(container:start { stdout = { "log", neap.sink.spill("inherit"),
            function(bytes) size = size + #(bytes or "") end } })
         assert(task:wait().code == 0)
         assert(container:delete { force = true })
         io.stderr:write(size)
      ]], live.rootfs(), tostring(LINES) }, commands.options())

      assert.same({ 0, tostring(#EXPECTED) }, { said.code, said.stderr })
      assert.is_true(said.stdout == EXPECTED)
   end)

   it("with a policy tell what they raise, and the others go on", function()
      local container, mine, take, text = numbers(), {}, collector()
      local task = assert(container:start { stdout = { take, "log",
         neap.sink.spill(function() error(mine) end, { dir = "/tmp" }) } })
      local exit, err = task:wait()

      assert.is_nil(exit)
      assert.equal(mine, err)
      assert.is_true(text() == EXPECTED .. "END")
      check_log(container)
   end)

   it("keep their order and lose nothing when the logger is killed", function()
      local gate, container = gated(), logged.counting(2000, 0.05)
      local task = assert(container:start { drain = 30, stdout = { "log",
         neap.sink.spill(gate.take, { buffer = "1k", dir = "/tmp" }) } })
      logged.kill(container)
      gate.open()
      assert.is_nil(assert(task:wait()).truncated)
      local expected = EXPECTED:match "^.-\n2000\n"
      assert.is_true(table.concat(gate) == expected)
   end)

   it("may have their policy where they attach later, and one end each", function()
      local take, text = collector()
      local write, let_write = live.hold()
      local hold, release = live.hold()
      local gate, container = gated(), create { "sh", "-c",
         write .. "; seq 1000; seq 1000 >&2; " .. hold }
      assert(container:start())
      local other <close> = live.client()
      local task = assert(assert(other:load(container.id)):task())
      local dropping = neap.sink.drop(gate.take, { buffer = 100 })
      assert(task:attach { drain = 0.5, stdout = { dropping, take }, stderr = "stdout" })
      let_write()
      live.wait_until(function() return #text() == 2 * #EXPECTED:match "^.-\n1000\n" end)
      release()
      assert.is_nil(assert(task:wait()).truncated)

      assert.equal(2 * #EXPECTED:match "^.-\n1000\n" + #"END", #text())
      assert.matches("^1\n.*1000\nEND$", text())
      gate.open()
      live.wait_until(function() return gate.is_over end)
      assert.equal(2 * #EXPECTED:match "^.-\n1000\n", gate.size + dropping:dropped())
   end)
end)
