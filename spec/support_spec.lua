-- The tools that other specs trust.

local server = require "support.server"
local shell = require "support.shell"

local VERSION <const> = "containerd.services.version.v1.Version/Version"

describe("support.shell", function()
   it("runs a program to its end", function()
      local result = shell.run({ "sh", "-c", "cat; echo no >&2; exit 3" }, { stdin = "abc" })
      assert.same({ code = 3, signal = 0, stdout = "abc", stderr = "no\n" }, result)
   end)

   it("talks with one that goes on", function()
      local process <close> = shell.start({ "sh", "-c", "read x; echo got $x; exec sleep 100" },
         { stdin = "open" })
      process:write("this\n")
      process:await("got this\n")
      process:kill("sigint")
      assert.equal(2, process:wait().signal)
   end)

   it("sets and removes variables", function()
      local result = shell.run({ "/bin/sh", "-c", "echo $NEW-$HOME" },
         { env = { NEW = "a", HOME = false } })
      assert.equal("a-\n", result.stdout)
   end)

   it("fails for a program that is not there", function()
      assert.has_error(function() shell.run({ "/nowhere" }) end)
   end)

   it("fails where a program takes too long", function()
      assert.has_error(function() shell.run({ "sleep", "100" }, { timeout = 0.05 }) end)
   end)
end)

describe("support.server", function()
   it("counts nothing before it was asked", function()
      local scripted <close> = server.start()
      scripted:answer(VERSION, { version = "1.6" })
      assert.equal(0, scripted:calls(VERSION))
   end)

   it("refuses a message with a field that does not exist", function()
      local scripted <close> = server.start()
      assert.has_error(function() scripted:answer(VERSION, { verson = "1.6" }) end)
   end)

   it("removes its socket", function()
      local address
      do
         local scripted <close> = server.start()
         address = scripted.address
      end
      assert.is_nil(io.open(address))
   end)
end)
