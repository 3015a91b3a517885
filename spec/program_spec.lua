-- build/neap, without a containerd.

local program = require "support.program"
local shell = require "support.shell"

local neap, with = program.neap, program.with

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
